import { machine, versions } from './machine.mjs';
import { account } from './parts/accounting.mjs';
import { measureDjango } from './parts/django.mjs';
import { measureFlatness } from './parts/flatness.mjs';
import { measureMemory } from './parts/memory.mjs';
import { measureMicro } from './parts/micro.mjs';
import { profile } from './parts/profile.mjs';
import { measureGroup } from './parts/throughput.mjs';
import { planOf } from './plan.mjs';
import { endChildren } from './processes/child.mjs';
import { Generator } from './processes/generator.mjs';
import { pinOurselves } from './processes/pinning.mjs';
import { removeScratch } from './processes/scratch.mjs';
import { startStores, stopStores } from './processes/stores.mjs';
import { writeReport } from './report/write.mjs';
import { judge } from './targets.mjs';

const NEEDS = {
  redis: ['redis'],
  postgres: ['postgres'],
  memcached: ['memcached'],
  'postgres and redis': ['postgres', 'redis'],
};

/** Starts what is needed, measures what was asked for, and ends it all, whatever happens. Answers the exit code. */
export async function runAll(options, libraries) {
  const began = Date.now();
  const before = machine();
  const say = (text) => console.log(`${String(Math.round((Date.now() - began) / 1000)).padStart(5)} s  ${text}`);
  pinOurselves();
  const stores = await startStores();
  const generator = new Generator();
  const leave = async () => {
    await generator.end();
    endChildren();
    await stopStores(stores);
    removeScratch();
  };
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.once(signal, () => void leave().finally(() => process.exit(code)));
  }
  try {
    const { redis, postgres, memcached, missing } = stores;
    const context = { settings: { redis, postgres, memcached, libraries }, generator, say };
    if (options.profile) return await profile(options.profile, context);
    const run = {
      date: new Date().toISOString().slice(0, 10),
      machine: before,
      versions: versions(stores.versions),
      isComplete: options.isComplete && missing.length === 0,
      plan: planOf({ ...options, builds: Object.keys(options.beside) }),
      leftOut: missing.map((text) => ({ what: text.split(':')[0], why: text })),
    };
    await measureParts(run, options.parts, context);
    run.targets = judge(run);
    const { tables, written } = await writeReport(run);
    console.log(`\n${tables}\n`);
    for (const path of written) console.log(`written: ${path}`);
    // A target that is not met is told, and is no error: the machine may be busy. A contender that failed is one.
    return run.leftOut.length > missing.length ? 1 : 0;
  } finally {
    await leave();
  }
}

async function measureParts(run, parts, context) {
  const { plan, leftOut } = run;
  const { settings, say } = context;
  const leaveOut = (what, error) => {
    leftOut.push({ what, why: error.message.split('\n')[0] });
    say(`left out: ${what}: ${error.message}`);
  };
  const attempt = async (part, work) => {
    if (!parts.includes(part)) return undefined;
    try {
      return await work();
    } catch (error) {
      leaveOut(part, error);
      return undefined;
    }
  };
  const lacks = (id) => (NEEDS[storeOf(id)] ?? []).some((name) => !settings[name]);
  const { contender } = await import('./servers/contenders.mjs');
  const storeOf = (id) => contender(id).store;
  const groups = plan.groups.map((group) => ({ ...group, contenders: group.contenders.filter((id) => !lacks(id)) }));

  run.micro = await attempt('micro', () => (say('single steps'), measureMicro(plan, context)));
  run.django = await attempt('django', () => (say('Django'), measureDjango(plan)));
  run.groups = await attempt('throughput', async () => {
    const measured = [];
    for (const group of groups) {
      const { failures, ...result } = await measureGroup(group, plan, context);
      for (const { id, message } of failures) leaveOut(id, new Error(message));
      measured.push(result);
    }
    return measured;
  });
  run.accounting = await attempt('accounting', async () => {
    const accounts = [];
    for (const id of plan.accounted.filter((one) => !lacks(one))) {
      say(`round trips and allocations: ${id}`);
      await account(id, { requests: plan.accountedRequests }, context).then(
        (result) => accounts.push(result),
        (error) => leaveOut(`accounting of ${id}`, error),
      );
    }
    return accounts;
  });
  run.flatness = await attempt('flatness', () => measureFlatness(plan, { ...context, leaveOut }));
  run.memory = await attempt('memory', () => (say('memory'), measureMemory(plan, context)));
}
