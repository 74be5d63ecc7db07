/** What needs ioredis: the Redis cache, for the option `caches`. */
export { RedisCache, type RedisCacheOptions } from './cache/redis-cache.js';
export type { RedisLocation } from './cache/redis-client.js';
