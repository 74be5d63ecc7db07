import { counterOf } from '../processes/visitor.mjs';
import { Server } from '../processes/server.mjs';
import { USUAL } from '../plan.mjs';

const CLIENTS = 64;

/**
 * One group of contenders, all running at once and asked in turn, round by round, so that whatever slows the
 * machine slows all of them. Answers, for each, a list of figures by cell; a contender that fails is left out and told.
 */
export async function measureGroup(group, plan, { settings, generator, say }) {
  const failures = [];
  const servers = [];
  for (const id of group.contenders) {
    try {
      servers.push(await Server.start(id, settings));
    } catch (error) {
      failures.push({ id, message: error.message });
    }
  }
  const results = [];
  try {
    say(`${group.name}: warming up`);
    for (const server of servers) await warmUpFirst(server, plan.firstWarmUp, generator);
    for (const cell of group.cells) {
      say(`${group.name}: ${nameOf(cell)}`);
      results.push(...(await measureCell(cell, servers, { ...plan, rounds: group.rounds, generator, failures })));
    }
  } finally {
    for (const server of servers) await server.end();
  }
  return { ...group, results, failures };
}

/** So that what is timed is what the engine has optimized. A failure shows again where it is counted. */
async function warmUpFirst(server, seconds, generator) {
  try {
    let cookies = await server.visitors(CLIENTS, USUAL);
    for (const route of ['read', 'write']) {
      ({ cookies } = await generator.run({ server, route, cookies, seconds }));
    }
  } catch {
    // Told by the first cell.
  }
}

function nameOf({ route, bytes, clients }) {
  return `${route}, ${bytes / 1000} KB${clients ? `, ${clients} parallel` : ''}`;
}

async function measureCell(cell, servers, { rounds, seconds, warmUp, generator, failures }) {
  const { route, bytes, clients = CLIENTS } = cell;
  const runs = [];
  const attempt = async (run, work) => {
    try {
      await work();
    } catch (error) {
      failures.push({ id: run.server.id, message: `${nameOf(cell)}: ${error.message}` });
      runs.splice(runs.indexOf(run), 1);
    }
  };
  for (const server of servers) {
    const run = { server, written: 0, rps: [], cpu: [], p50: [], p99: [] };
    runs.push(run);
    await attempt(run, async () => {
      run.cookies = await server.visitors(clients, bytes);
      await ask(run, { route, seconds: warmUp, generator });
    });
  }
  for (let round = 0; round < rounds; round++) {
    // Nobody always comes after the same neighbour.
    const turn = round % Math.max(1, runs.length);
    for (const run of [...runs.slice(turn), ...runs.slice(0, turn)]) {
      await attempt(run, async () => {
        const before = await run.server.ask('cpu');
        const load = await ask(run, { route, seconds, generator });
        run.cpu.push(((await run.server.ask('cpu')) - before) / load.answered);
        run.rps.push(load.answered / load.seconds);
        run.p50.push(load.p50);
        run.p99.push(load.p99);
      });
    }
  }
  for (const run of runs.slice()) await attempt(run, () => checkCounters(run));
  return runs.map(({ server, rps, cpu, p50, p99 }) => ({ ...cell, clients, id: server.id, rps, cpu, p50, p99 }));
}

async function ask(run, details) {
  const load = await details.generator.run({ server: run.server, cookies: run.cookies, ...details });
  run.cookies = load.cookies;
  run.written += load.written;
  return load;
}

/** Each answered write has to be in the store, once. */
async function checkCounters({ server, cookies, written }) {
  if (server.contender.role === 'none') return;
  const counters = await Promise.all(cookies.map((cookie) => counterOf(server, cookie)));
  const held = counters.reduce((sum, counter) => sum + counter, 0);
  if (held !== written) throw new Error(`answered ${written} writes, and its sessions hold ${held}`);
}
