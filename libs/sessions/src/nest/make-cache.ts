import type { Cache } from '../cache/cache.js';
import type { RedisLocation } from '../cache/redis-client.js';
import type { Clock } from '../core/clock.js';
import { SessionsOptionsError } from '../core/errors.js';
import type { CacheOptions } from './cache-options.js';

/** A cache, and whether the library has made it, and so has to close it. */
export interface CacheInUse {
  cache: Cache;
  owned: boolean;
}

/** The cache that an entry of `caches` names. Throws `SessionsOptionsError`. Asks no server. */
export async function makeCache(entry: CacheOptions, clock: Clock): Promise<CacheInUse> {
  try {
    return await make(entry, clock);
  } catch (error) {
    // A location that is none is told in the words of the options.
    throw error instanceof TypeError ? new SessionsOptionsError([error.message]) : error;
  }
}

async function make({ backend, location, options }: CacheOptions, clock: Clock): Promise<CacheInUse> {
  switch (backend) {
    case 'memory': {
      const { MemoryCache } = await import('../cache/memory-cache.js');
      return { cache: new MemoryCache({ ...options, clock }), owned: true };
    }
    case 'redis': {
      const { RedisCache } = await import('../redis.js');
      const { isRedisClient, loadRedis } = await import('../cache/redis-client.js');
      // A package that is missing is told now, and not to the first visitor.
      if (!isRedisClient(location)) await loadRedis();
      // Its type is not named in the options, as an application without ioredis could not compile them.
      return { cache: new RedisCache(location as RedisLocation, { clock }), owned: true };
    }
    case 'memcached': {
      const { MemcachedCache } = await import('../memcached.js');
      return { cache: new MemcachedCache(location, { ...options, clock }), owned: true };
    }
    case 'dummy': {
      const { DummyCache } = await import('../cache/dummy-cache.js');
      return { cache: new DummyCache(), owned: true };
    }
    default:
      return { cache: backend, owned: false };
  }
}
