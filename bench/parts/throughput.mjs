import { counterOf } from '../processes/visitor.mjs';
import { Server } from '../processes/server.mjs';
import { USUAL } from '../plan.mjs';

const CLIENTS = 64;

/**
 * One group of contenders, all running at once and asked in turn, round by round, so that whatever slows the
 * machine slows all of them; and all started anew for each launch, as what the engine takes a program for in its first
 * second it keeps to. Answers, for each, a list of figures by cell; a contender that fails is left out and told.
 */
export async function measureGroup(group, plan, context) {
  const failures = [];
  const results = new Map();
  for (let launch = 0; launch < group.launches; launch++) {
    // One that failed once has no figures that could be compared.
    const contenders = group.contenders.filter((id) => failures.every((failure) => failure.id !== id));
    const say = (text) => context.say(`${group.name}, launch ${launch + 1} of ${group.launches}: ${text}`);
    for (const one of await measureLaunch({ ...group, contenders }, plan, { ...context, failures, say })) {
      const name = `${one.id} ${nameOf(one)}`;
      const before = results.get(name);
      results.set(name, before ? joined(before, one) : one);
    }
  }
  const isWhole = ({ id }) => failures.every((failure) => failure.id !== id);
  return { ...group, results: [...results.values()].filter(isWhole), failures };
}

async function measureLaunch(group, plan, { settings, generator, failures, say }) {
  const servers = [];
  const results = [];
  try {
    for (const id of group.contenders) {
      try {
        servers.push(await Server.start(id, settings));
      } catch (error) {
        failures.push({ id, message: error.message });
      }
    }
    say('warming up');
    for (const server of servers) await warmUpFirst(server, plan.firstWarmUp, generator);
    for (const cell of group.cells) {
      say(nameOf(cell));
      results.push(...(await measureCell(cell, servers, { ...plan, rounds: group.rounds, generator, failures })));
    }
  } finally {
    for (const server of servers) await server.end();
  }
  return results;
}

const FIGURES = ['rps', 'cpu', 'p50', 'p99'];

function joined(before, after) {
  return { ...before, ...Object.fromEntries(FIGURES.map((name) => [name, [...before[name], ...after[name]]])) };
}

/**
 * So that what is timed is what the engine has optimized. A few visitors come first: where 64 at once are the very
 * first, the engine may take what it makes for one request for something that stays. A failure shows again where it is counted.
 */
async function warmUpFirst(server, seconds, generator) {
  try {
    for (const clients of [4, CLIENTS]) {
      let cookies = [];
      for (let visitors = 0; visitors < clients; visitors += 4) cookies.push(...(await server.visitors(4, USUAL)));
      for (const route of ['read', 'write']) {
        ({ cookies } = await generator.run({
          server,
          route,
          cookies,
          seconds: clients === CLIENTS ? seconds : seconds / 3,
        }));
      }
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
