import { connect } from 'node:net';
import { OwnServer } from '../../support/own-server.js';
import { pausedServer } from './paused-server.js';
import type { StoreUnderFault } from './store-under-fault.js';
import { TcpProxy } from './tcp-proxy.js';

/** A Memcached of our own, of two megabytes, that refuses what does not fit and forgets nothing for it. */
export async function memcachedStore(): Promise<StoreUnderFault> {
  const server = await OwnServer.memcached('-M', '-m', '2');
  const proxy = await TcpProxy.before(server.port);
  return {
    options: { engine: 'cache', caches: { default: { backend: 'memcached', location: `127.0.0.1:${proxy.port}` } } },
    faults: {
      stopped: { begin: () => proxy.refuse(), end: () => proxy.accept() },
      paused: pausedServer(server, proxy),
      slow: { begin: () => proxy.slow(1000), end: () => proxy.slow(0) },
      full: { begin: () => fill(server.port), end: () => empty(server.port) },
      restart: async () => {
        await server.stop();
        await server.start();
      },
      cutReply: (nth) => proxy.cutReply(nth),
      strand: () => proxy.strand(),
    },
    close: async () => {
      await proxy.close();
      await server.remove();
    },
  };
}

/** Memory is given out in pages to classes of sizes, one at least to each: all that a small session may fall into are filled. */
async function fill(port: number): Promise<void> {
  for (let size = 1; size <= 300; size += 8) {
    for (let taken = true; taken;) {
      const commands = Array.from(
        { length: 500 },
        (_, n) => `ms filler-${size}-${n}-${Math.random()} ${size} T0\r\n${'x'.repeat(size)}\r\n`,
      );
      taken = !(await say(port, commands)).includes('SERVER_ERROR');
    }
  }
}

/** The sessions are to stay, so that what was put there goes one by one. */
async function empty(port: number): Promise<void> {
  const dump = await say(port, ['lru_crawler metadump all\r\n'], /END\r\n$/);
  const fillers = [...dump.matchAll(/key=(filler\S+)/g)].map(([, key]) => `md ${decodeURIComponent(key!)}\r\n`);
  await say(port, fillers);
}

/** Answers all that is said to these commands; by default a line each. */
function say(port: number, commands: string[], end?: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(commands.join('')));
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (end ? !end.test(text) : text.split('\r\n').length <= commands.length) return;
      socket.destroy();
      resolve(text);
    });
    socket.once('error', reject);
  });
}
