import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';

/** How often a quick property is tried. `FUZZ_RUNS=1000000 npm test test/fuzz` looks for longer, each time elsewhere. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 4000);
/** The same inputs in every run, unless more are wanted or a seed is given: `FUZZ_SEED=-123`. */
const SEED = Number(process.env['FUZZ_SEED'] ?? (process.env['FUZZ_RUNS'] ? Date.now() & 0x7fffffff : 20_260_101));

interface Terms {
  /** How often it is tried, compared with a quick property; for what asks a server. Default 1. */
  share?: number;
  /** Outcomes that have to come up, or the property was tried on nothing that matters. */
  outcomes?: readonly string[];
}

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Number.prototype];
const own = () => PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).length).join();

/**
 * A test that tries a property on many inputs. `check` throws where it does not hold, and else says in
 * a word what became of the input, which is counted and printed. No input may change a prototype that
 * everything has. (A rejection that nobody looks at fails the test that is running: Jest sees to it.)
 */
export function fuzz<Ts extends [unknown, ...unknown[]]>(
  title: string,
  inputs: { [K in keyof Ts]: fc.Arbitrary<Ts[K]> },
  check: (...values: Ts) => string | Promise<string>,
  { share = 1, outcomes = [] }: Terms = {},
): void {
  const numRuns = Math.max(1, Math.round(RUNS * share));
  const counts = new Map<string, number>();
  test(
    title,
    async () => {
      const before = own();
      const property = fc.asyncProperty(...inputs, async (...values: Ts) => {
        const outcome = await check(...values);
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        if (own() !== before) throw new Error('It has changed a prototype.');
      });
      await fc.assert(property, { numRuns, seed: SEED, endOnFailure: false, includeErrorInReport: true });
      const told = [...counts].sort().map(([outcome, count]) => `${count} ${outcome}`);
      process.stdout.write(`${expect.getState().currentTestName}: ${numRuns} runs, ${told.join(', ')}\n`);
      expect([...counts.keys()]).toEqual(expect.arrayContaining([...outcomes]));
    },
    Math.max(30_000, numRuns * 20),
  );
}
