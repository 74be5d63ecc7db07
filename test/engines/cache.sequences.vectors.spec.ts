import { afterAll, beforeEach, describe, test } from '@jest/globals';
import { CacheStore } from '../support/cache-store.js';
import { CachedDbStore } from '../support/cached-db-store.js';
import { type Departures, playSequence, titleOf } from '../support/play-sequences.js';
import { vectors } from '../support/vectors.js';

const FIRST_KEY = 'newkey00000000000000000000000001';

const LEAVES_DJANGO: Departures = {};
for (const engine of ['cache', 'cached_db']) {
  LEAVES_DJANGO[`mutate-inside/${engine}`] = {
    steps: [{ step: 3, instead: { modified: true }, why: 'nested changes are noticed' }],
  };
  LEAVES_DJANGO[`unknown-key-save-unloaded/${engine}`] = {
    steps: [
      {
        step: 0,
        // Django's cache engine finds out that nothing is there before it looks at the data.
        instead: { key: null, empty: true, accessed: true },
        why: 'a key under which nothing was stored is not shown',
      },
    ],
  };
  LEAVES_DJANGO[`no-resurrect-load/${engine}`] = {
    steps: [{ step: 4, instead: { key: FIRST_KEY }, why: 'load() loads once; what is loaded stays' }],
  };
}

const cases = vectors('sequences', 'sequences').map((vector) => ({ vector, title: titleOf(vector, LEAVES_DJANGO) }));
const of = (engine: string) => cases.filter(({ vector }) => vector.in.engine === engine);
const OTHER_CACHE = 'two-caches';

describe.each(['json', 'pickle'] as const)(
  'the session object does what Django does, call by call; values: %s',
  (values) => {
    describe('in a cache', () => {
      const plain = new CacheStore(values);
      const other = new CacheStore(values, { keyPrefix: 'app', version: 3 });
      beforeEach(() => Promise.all([plain.wipe(), other.wipe()]));

      test.each(of('cache'))('$title', ({ vector }) =>
        playSequence(vector.name.startsWith(OTHER_CACHE) ? other : plain, vector, LEAVES_DJANGO),
      );
    });

    describe('in a database with a cache', () => {
      let plain: CachedDbStore;
      let other: CachedDbStore;
      beforeEach(async () => {
        plain ??= await CachedDbStore.open(values);
        other ??= await CachedDbStore.open(values, { keyPrefix: 'app', version: 3 });
        await plain.wipe();
        await other.wipe();
      });
      afterAll(() => Promise.all([plain?.close(), other?.close()]));

      test.each(of('cached_db'))('$title', ({ vector }) => {
        if (!vector.name.startsWith(OTHER_CACHE)) return playSequence(plain, vector, LEAVES_DJANGO);
        // The last entry was left by the case before.
        const out = { ...vector.out, stored: vector.out.stored.slice(0, 2) };
        return playSequence(other, { ...vector, out }, LEAVES_DJANGO);
      });
    });
  },
);
