import { connect, createServer } from 'node:net';

/** Stands before a store's server and counts what passes: bytes both ways, and how often a question waited for an answer. */
export class StoreProxy {
  trips = 0;
  sent = 0;
  received = 0;
  #server;
  #sockets = new Set();

  static async before(host, port) {
    const proxy = new StoreProxy();
    proxy.#server = createServer((client) => proxy.#join(client, connect(port, host)));
    await new Promise((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    proxy.port = proxy.#server.address().port;
    return proxy;
  }

  reset() {
    this.trips = this.sent = this.received = 0;
  }

  #join(client, store) {
    // What is sent together, or in pieces before the answer, is one round trip.
    let asking = false;
    for (const socket of [client, store]) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on('error', () => {});
    }
    client.on('data', (chunk) => {
      if (!asking) this.trips++;
      asking = true;
      this.sent += chunk.length;
      store.write(chunk);
    });
    store.on('data', (chunk) => {
      asking = false;
      this.received += chunk.length;
      client.write(chunk);
    });
    client.on('close', () => store.destroy());
    store.on('close', () => client.destroy());
  }

  end() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

/** The same settings, with a counter before each store that is a server. */
export async function throughProxies(settings) {
  const proxies = [];
  const behind = { ...settings };
  for (const name of ['redis', 'postgres', 'memcached']) {
    if (!settings[name]) continue;
    const url = new URL(settings[name].includes('://') ? settings[name] : `tcp://${settings[name]}`);
    const proxy = await StoreProxy.before(url.hostname, Number(url.port || DEFAULT_PORTS[name]));
    proxies.push(proxy);
    url.host = `127.0.0.1:${proxy.port}`;
    behind[name] = name === 'memcached' ? url.host : url.href;
  }
  return { behind, proxies };
}

const DEFAULT_PORTS = { redis: 6379, postgres: 5432, memcached: 11_211 };
