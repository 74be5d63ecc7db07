import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, test } from '@jest/globals';
import { sessionEngineCases } from 'nestjs-django-sessions/testing';
import type { Cache } from '../../libs/sessions/src/cache/cache.js';
import { MemcachedCache } from '../../libs/sessions/src/cache/memcached-cache.js';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { RedisCache } from '../../libs/sessions/src/cache/redis-cache.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { signedEngine } from '../../libs/sessions/src/core/signed-engine.js';
import { CacheEngine } from '../../libs/sessions/src/engines/cache/cache-engine.js';
import { CachedDbEngine } from '../../libs/sessions/src/engines/cached-db/cached-db-engine.js';
import { DatabaseEngine } from '../../libs/sessions/src/engines/db/database-engine.js';
import { SECRET } from '../support/application.js';
import { DatabaseStore } from '../support/database-store.js';
import { MEMCACHED, memcachedOrSkip, REDIS_URL, redisOrSkip } from '../support/services.js';

type MakeCache = (clock: () => number) => Cache;

const fresh = () => `test${randomBytes(6).toString('hex')}`;

function contracts(makeCache: MakeCache, ownClock: boolean): void {
  const caches: Cache[] = [];
  const keep: MakeCache = (clock) => {
    const cache = makeCache(clock);
    caches.push(cache);
    return cache;
  };
  afterAll(() => Promise.all(caches.map((cache) => cache.close?.())));

  for (const values of ['json', 'pickle'] as const) {
    describe(`cache, values: ${values}`, () => {
      const make = (clock: () => number) => new CacheEngine(keep(clock), { values, keyPrefix: fresh() });
      for (const { name, run } of sessionEngineCases({ make, ownClock })) test(name, run);
    });

    describe(`cached_db, values: ${values}`, () => {
      let embedded: DatabaseStore;
      beforeAll(async () => {
        embedded = await DatabaseStore.open();
      });
      beforeEach(() => embedded.wipe());
      afterAll(() => embedded.close());
      const make = (clock: () => number) => {
        const database = new DatabaseEngine(embedded.dataSource, { clock });
        const signed = signedEngine(database, new SessionCodec([SECRET]), clock, () => {});
        return new CachedDbEngine(signed, keep(clock), { values, keyPrefix: fresh(), clock });
      };
      for (const { name, run } of sessionEngineCases({ make, ownClock })) test(name, run);
    });
  }
}

describe('in memory', () => contracts((clock) => new MemoryCache({ clock }), false));

const describeRedis = await redisOrSkip();
describeRedis('in Redis', () => contracts((clock) => new RedisCache(REDIS_URL, { clock }), true));

const describeMemcached = await memcachedOrSkip();
describeMemcached('in Memcached', () => contracts((clock) => new MemcachedCache(MEMCACHED, { clock }), true));
