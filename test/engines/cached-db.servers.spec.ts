import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sessionEngineCases } from 'nestjs-django-sessions/testing';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { signedEngine } from '../../libs/sessions/src/core/signed-engine.js';
import { CachedDbEngine } from '../../libs/sessions/src/engines/cached-db/cached-db-engine.js';
import { DatabaseEngine } from '../../libs/sessions/src/engines/db/database-engine.js';
import { SECRET } from '../support/application.js';
import { databasesThatAnswer } from '../support/databases.js';
import { DatabaseStore } from '../support/database-store.js';

describe.each(await databasesThatAnswer())('cached_db on %s', (kind) => {
  let database: DatabaseStore;
  beforeAll(async () => {
    database = await DatabaseStore.open(kind);
  });
  beforeEach(() => database.wipe());
  afterAll(() => database.close());

  test.each([0, 1, 0.5, 123.456, 999.999])('the row tells when it ends, to the microsecond: … %d ms', async (part) => {
    const engine = database.engine();
    database.clock.seconds = 1_700_000_000;
    const end = 1_800_000_000_000 + part;
    const { key } = await engine.create('text', end);
    expect((await engine.load(key))?.expiresAt).toBeCloseTo(end, 3);
  });

  const make = (clock: () => number) => {
    const engine = new DatabaseEngine(database.dataSource, { clock });
    const signed = signedEngine(engine, new SessionCodec([SECRET]), clock, () => {});
    return new CachedDbEngine(signed, new MemoryCache({ clock }), { clock });
  };
  for (const { name, run } of sessionEngineCases({ make })) test(name, run);
});
