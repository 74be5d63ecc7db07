import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Session } from '../../libs/sessions/src/core/session.js';
import { databasesThatAnswer } from '../support/databases.js';
import { DatabaseStore } from '../support/database-store.js';
import { type Departures, playSequence, titleOf } from '../support/play-sequences.js';
import { vectors } from '../support/vectors.js';

const LEAVES_DJANGO: Departures = {
  'mutate-inside/db': { steps: [{ step: 3, instead: { modified: true }, why: 'nested changes are noticed' }] },
  'unknown-key-save-unloaded/db': {
    steps: [{ step: 0, instead: { key: null, empty: true }, why: 'a key under which nothing was stored is not shown' }],
  },
  'no-resurrect-load/db': {
    steps: [
      {
        step: 4,
        instead: { key: 'newkey00000000000000000000000001' },
        why: 'load() loads once; what is loaded stays',
      },
    ],
  },
};

const cases = vectors('sequences', 'sequences').filter(({ in: given }) => given.engine === 'db');

describe.each(await databasesThatAnswer())('the session object on %s', (kind) => {
  let database: DatabaseStore;
  beforeAll(async () => {
    database = await DatabaseStore.open(kind);
  });
  beforeEach(() => database.wipe());
  afterAll(() => database.close());

  test.each(cases.map((vector) => ({ vector, title: titleOf(vector, LEAVES_DJANGO) })))(
    'does what Django does: $title',
    ({ vector }) => playSequence(database, vector, LEAVES_DJANGO),
  );

  test('last-writer/db with concurrency "merge": no write is lost', async () => {
    database.clock.seconds = 1_700_000_000;
    const store = database.store(['a secret']);
    const first = new Session<any>(store);
    first.set('cat', 'v1');
    await first.save();
    const other = await new Session<any>(store, first.sessionKey).load();
    other.set('foo', 1);
    await other.save();
    first.set('cat', 'v2');
    await first.save();
    expect({ ...(await new Session<any>(store, first.sessionKey).load()).data }).toEqual({ cat: 'v2', foo: 1 });
  });
});
