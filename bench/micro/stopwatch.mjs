import { median, spread } from '../statistics.mjs';

/** Nanoseconds a batch takes at least, so that the clock's own steps do not count. */
const BATCH = 4e6;

/**
 * What each of these takes, in microseconds, measured in turn. `steps`: functions by name, synchronous or not.
 * What a step answers is looked at, so that nothing is optimized away.
 */
export async function compare(steps, rounds) {
  const runs = Object.entries(steps).map(([name, step]) => ({ name, step, times: [] }));
  for (const run of runs) run.amount = await amountFor(run);
  for (let round = 0; round < rounds; round++) {
    for (const run of runs) run.times.push((await time(run, run.amount)) / run.amount / 1000);
  }
  return Object.fromEntries(runs.map(({ name, times }) => [name, { us: median(times), spread: spread(times) }]));
}

async function amountFor(run) {
  for (let amount = 16; ; amount *= 2) {
    // Twice, so that what is measured is what has been optimized.
    await time(run, amount);
    if ((await time(run, amount)) > BATCH) return amount;
  }
}

let seen = 0;

async function time({ step }, amount) {
  const began = process.hrtime.bigint();
  const first = step();
  if (first instanceof Promise) {
    await first;
    for (let n = 1; n < amount; n++) if (await step()) seen++;
  } else {
    for (let n = 1; n < amount; n++) if (step()) seen++;
  }
  return Number(process.hrtime.bigint() - began) + (seen < 0 ? 1 : 0);
}
