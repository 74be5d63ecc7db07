import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltLibrary } from '../concurrency/support/built-library.js';
import { sharedStoresThatAnswer } from '../concurrency/support/shared-store.js';
import { tell } from '../concurrency/support/tell.js';
import type { Errand } from './children/operate.js';
import { crashTable, type Outcome } from './support/crash-table.js';
import { problemAfter, type Scene } from './support/expectations.js';
import { Ground } from './support/ground.js';
import { momentsOf } from './support/moments.js';
import { type Operation, OPERATIONS, storeOf } from './support/operations.js';
import type { Moment, Passed } from './support/stepper.js';

const SCRIPT = 'test/crash/children/operate.ts';
const PARTS = ['test/crash/children', 'test/crash/support', 'test/concurrency/support'];
const TABLE = new URL('crash-matrix.md', import.meta.url);
/** Processes at once; more would only wait for each other. */
const AT_ONCE = 3;

const kinds = await sharedStoresThatAnswer();
const outcomes: Outcome[] = [];

let library: BuiltLibrary;
beforeAll(() => {
  const counted = JSON.stringify('../../../../../test/crash/children/stepped-fs.js');
  library = new BuiltLibrary(PARTS, (file, code) =>
    file.includes('engines/file/') ? code.replace(/['"]node:fs\/promises['"]/, counted) : code,
  );
});
afterAll(async () => {
  await library?.close();
  await tell(TABLE, 'A process is killed at every step', crashTable(outcomes));
});

/** kill -9 before and after each call of the store, and while it is on its way: what others find then. */
describe.each(kinds)('$name', ({ name, open }) => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await Ground.open(open);
  });
  afterAll(() => ground?.close());

  test.each(OPERATIONS.filter(isThere))(
    '%s',
    async (operation) => {
      // What clears, clears everybody's: there is to be nobody else, and nothing else to go through.
      const alone = operation === 'clearExpired';
      const place = alone ? await Ground.open(open) : ground;
      const problems: string[] = [];
      const moments = momentsOf(await run(operation, place, await place.scene(operation), null));
      const queue = [...moments];
      const work = async () => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          const { step, when, call } = next;
          const scene = await place.scene(operation);
          expect(await run(operation, place, scene, { step, when })).toEqual([]);
          place.letTimePass(scene.key, scene.newKey, ...scene.expired);
          const problem = await problemAfter(operation, scene, { atTheEnd: next === moments.at(-1), inSteps });
          if (problem) problems.push(`${when} ${call} (step ${step}): ${problem}`);
        }
      };
      await Promise.all(Array.from({ length: alone ? 1 : AT_ONCE }, work));
      if (alone) await place.close();
      outcomes.push({ engine: name, operation, kills: moments.length, problems: problems.length });
      expect(problems).toEqual([]);
    },
    60_000,
  );

  if (name === 'file') {
    test('what the dead have left is cleared away an hour later', async () => {
      const leftovers = () => ground.files().filter((file) => !/^sessionid[a-z0-9]{32}$/.test(file));
      expect(leftovers()).not.toEqual([]);
      const later = () => Date.now() + 2 * 3_600_000;
      await storeOf(ground.store.engine, later).clearExpired(1000);
      expect(leftovers()).toEqual([]);
    });
  }

  const inSteps = ['file', 'cache in Memcached'].includes(name);

  /** Locks are of files; and a cache forgets by itself. */
  function isThere(operation: Operation): boolean {
    if (operation === 'takeover') return name === 'file';
    return operation !== 'clearExpired' || !name.startsWith('cache in');
  }
});

/** What the process has passed; nothing, if it was killed. */
async function run(
  operation: Operation,
  { description: store }: Ground,
  { key, newKey }: Scene,
  killAt: Moment | null,
): Promise<Passed[]> {
  const errand: Errand = { store, operation, key, newKey, killAt };
  const child = library.start(SCRIPT, errand);
  const said = await child.says();
  expect(await child.exit).toBe(killAt ? null : 0);
  return JSON.parse(said ?? '[]') as Passed[];
}
