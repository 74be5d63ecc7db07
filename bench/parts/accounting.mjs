import { Server } from '../processes/server.mjs';
import { throughProxies } from '../processes/store-proxy.mjs';
import { visit } from '../processes/visitor.mjs';

const BYTES = 2000;
const VISITS = 25;
const METHODS = { untouched: 'GET', read: 'GET', write: 'POST', login: 'POST', first: 'POST' };

/** All that is allocated between two looks has to fit, or a collection would hide it (MiB). */
const ROOM = 512;

/**
 * What one request of each route costs in round trips to the store, bytes to and from it, and bytes allocated;
 * one visitor, one request at a time, and nothing is timed.
 */
export async function account(id, { requests }, { settings, generator }) {
  const { behind, proxies } = await throughProxies(settings);
  const flags = ['--expose-gc', `--min-semi-space-size=${ROOM}`, `--max-semi-space-size=${ROOM}`];
  let server;
  try {
    server = await Server.start(id, behind, flags);
    const routes = {};
    // Without a session every route is the same.
    const names = server.contender.role === 'none' ? ['untouched'] : Object.keys(METHODS);
    for (const route of names) {
      routes[route] = {
        ...(await storeTraffic(server, route, proxies)),
        allocated: route === 'first' ? null : await allocated(server, route, requests, generator),
      };
    }
    return { id, routes };
  } finally {
    await server?.end();
    for (const proxy of proxies) proxy.end();
  }
}

async function storeTraffic(server, route, proxies) {
  const visitOnce = async (cookie) => {
    const path = route === 'first' ? `seed/${BYTES}` : route;
    const { status, body, cookie: next } = await visit(server, METHODS[route], path, route === 'first' ? null : cookie);
    if (status >= 300) throw new Error(`${server.id} answered ${route} with ${status}: ${body}`);
    return next;
  };
  let [cookie] = await server.visitors(1, BYTES);
  // The first one may connect, prepare statements, or tell the server a script.
  for (let n = 0; n < 3; n++) cookie = await visitOnce(cookie);
  for (const proxy of proxies) proxy.reset();
  for (let n = 0; n < VISITS; n++) cookie = await visitOnce(cookie);
  const total = (what) => proxies.reduce((sum, proxy) => sum + proxy[what], 0) / VISITS;
  return { trips: total('trips'), sent: total('sent'), received: total('received') };
}

/** Bytes of heap a request takes; null when a collection came between. */
async function allocated(server, route, requests, generator) {
  const clients = 8;
  let cookies = await server.visitors(clients, BYTES);
  const run = async (amount) => {
    const load = await generator.run({ server, route, cookies, amount: Math.ceil(amount / clients) });
    cookies = load.cookies;
    return load.answered;
  };
  await run(requests * 2);
  const before = await server.ask('heap', { collect: true });
  const answered = await run(requests);
  const after = await server.ask('heap');
  return after.collections === before.collections ? (after.heapUsed - before.heapUsed) / answered : null;
}
