import autocannon from 'autocannon';
import { withCookies } from '../processes/visitor.mjs';
import { requestsOf, writes } from './requests.mjs';

// The load, in a process of its own: as many clients as there are cookies, each with one request at a time.
process.on('message', async ({ question, ...details }) => {
  process.send({ question, answer: await load(details) });
});
process.on('disconnect', () => process.exit());

/**
 * Asks for `seconds`, or until each client has had `amount` answers. Every answer is waited for, so that
 * those that were counted are all that were given.
 */
async function load({ port, route, cookies, seconds = Infinity, amount }) {
  const latencies = [];
  const statuses = {};
  const present = [...cookies];
  let written = 0;

  const setupClient = (client) => {
    const index = setUp++;
    // Those who mix begin one after another, and not all with the same.
    let position = index;
    client.setRequests(requestsOf(route, present[index], position));
    client.on('headers', ({ headers }) => {
      const cookie = withCookies(present[index], setCookiesIn(headers));
      if (cookie === present[index]) return;
      present[index] = cookie;
      position += client.requestIterator.currentRequestIndex;
      client.setRequests(requestsOf(route, cookie, position));
    });
    if (amount !== undefined) client.responseMax = amount;
  };
  let setUp = 0;

  const began = performance.now();
  let last = began;
  const run = autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: cookies.length,
    duration: 3600,
    timeout: 60,
    sampleInt: 20,
    setupClient,
  });
  run.on('response', (client, status, _, milliseconds) => {
    last = performance.now();
    latencies.push(milliseconds);
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (writes(client.requestIterator.currentRequest)) written++;
    // Has the client ask no more.
    if (last - began >= seconds * 1000) client.responseMax = client.reqsMade;
  });
  // Where nobody answers any more, nobody would be asked to stop.
  const stuck = Number.isFinite(seconds) && setTimeout(() => run.stop(), seconds * 1000 + 60_000);
  const { errors } = await run;
  clearTimeout(stuck);
  const answered = latencies.length;
  return {
    answered,
    written,
    errors,
    seconds: (last - began) / 1000,
    statuses,
    cookies: present,
    ...spread(latencies),
  };
}

function setCookiesIn(headers) {
  const found = [];
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index].toLowerCase() === 'set-cookie') found.push(headers[index + 1]);
  }
  return found;
}

/** Milliseconds. */
function spread(latencies) {
  const sorted = latencies.sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { p50: at(0.5), p99: at(0.99) };
}
