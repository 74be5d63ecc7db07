import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SessionUpdateError } from '../../libs/sessions/src/core/errors.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { SECRET } from '../support/application.js';
import { CachedDbStore } from '../support/cached-db-store.js';
import { seededRandom } from '../support/seeded-random.js';
import { storeOn } from '../support/store-under-test.js';

const ROUNDS = 60;
const ACTORS = 8;
const STEPS = 6;

/**
 * Requests on one session whose operations are held up by chance, with entries that vanish from the
 * cache. Whatever the order: in the end the cache says what the database says, or says nothing.
 */
describe.each(['merge', 'overwrite'] as const)('requests in any order, concurrency: %s', (concurrency) => {
  let under: CachedDbStore;
  beforeAll(async () => {
    under = await CachedDbStore.open();
  });
  beforeEach(async () => {
    await under.wipe();
    under.clock.seconds = 1_700_000_000;
  });
  afterAll(() => under.close());

  test.each(Array.from({ length: ROUNDS }, (_, seed) => ({ seed: seed + 1 })))('$seed', async ({ seed }) => {
    const random = seededRandom(seed);
    const roll = (limit: number) => Math.floor(random() * limit);
    const pause = async () => {
      for (let n = roll(6); n > 0; n--) await new Promise((resolve) => setImmediate(resolve));
    };
    const held =
      <A extends unknown[], R>(method: (...args: A) => Promise<R>) =>
      async (...args: A) => {
        await pause();
        const result = await method(...args);
        await pause();
        return result;
      };
    const engine = under.engine({}, [SECRET], (database) => ({
      ...database,
      load: held(database.load),
      save: held(database.save),
      delete: held(database.delete),
    }));
    const store = storeOn(engine, under.clock, { concurrency });
    const created = new Session<any>(store);
    created.set('start', true);
    await created.save();
    const key = created.sessionKey!;
    const [{ key: cacheKey }] = (await under.cache.entries()) as unknown as [{ key: string }];
    under.cache.before = pause;

    const written = new Set<string>();
    const deletes = roll(3) === 0;
    const actor = async (name: number) => {
      for (let step = 0; step < STEPS; step++) {
        const session = await new Session<any>(store, key).load();
        const choice = roll(10);
        if (choice === 0) await under.cache.evict(cacheKey);
        else if (choice === 1 && deletes) await session.flush();
        else if (choice < 7 && session.sessionKey !== null) {
          const member = `${name}-${step}`;
          session.set(member, step);
          await session.save().then(
            () => written.add(member),
            (error: unknown) => {
              if (!(error instanceof SessionUpdateError)) throw error;
            },
          );
        }
      }
    };
    await Promise.all(Array.from({ length: ACTORS }, (_, name) => actor(name)));

    under.cache.before = () => {};
    const row = await under.database.store([SECRET]).load(key);
    for (const reader of ['as it is', 'after a refill', 'from the refill']) {
      const loaded = await store.load(key);
      expect({ reader, data: loaded && { ...loaded.data } }).toEqual({ reader, data: row && { ...row.data } });
      if (reader === 'as it is') await under.cache.evict(cacheKey);
    }
    if (row && concurrency === 'merge') {
      expect(Object.keys(row.data).sort()).toEqual(['start', ...written].sort());
    }
    if (!deletes) expect(row).not.toBeNull();
  });
});
