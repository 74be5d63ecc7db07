import { afterAll, describe, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Cache } from '../../libs/sessions/src/cache/cache.js';
import { MemcachedCache } from '../../libs/sessions/src/cache/memcached-cache.js';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { RedisCache } from '../../libs/sessions/src/cache/redis-cache.js';
import { cacheCases } from '../../libs/sessions/src/testing/cache-contract.js';
import { MEMCACHED, memcachedOrSkip, REDIS_URL, redisOrSkip } from '../support/services.js';

function contract(make: () => Cache): void {
  const caches: Cache[] = [];
  const keep = () => {
    const cache = make();
    caches.push(cache);
    return cache;
  };
  for (const { name, run } of cacheCases(keep)) test(name, run);
  afterAll(() => Promise.all(caches.map((cache) => cache.close?.())));
}

describe('the memory cache', () => contract(() => new MemoryCache()));

const describeRedis = await redisOrSkip();

describeRedis('the Redis cache', () => contract(() => new RedisCache(REDIS_URL)));

describeRedis('the Redis cache with options', () => {
  const { hostname, port, pathname } = new URL(REDIS_URL);
  contract(() => new RedisCache({ host: hostname, port: Number(port), db: Number(pathname.slice(1)) }));
});

describeRedis("the Redis cache on a client of the application's", () => {
  const client = new Redis(REDIS_URL, { lazyConnect: true });
  afterAll(() => client.quit());
  contract(() => new RedisCache(client));
});

const describeMemcached = await memcachedOrSkip();

describeMemcached('the Memcached cache', () => contract(() => new MemcachedCache(MEMCACHED)));
