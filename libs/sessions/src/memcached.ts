/** The Memcached cache, for the option `caches`. It needs no package. */
export { MemcachedCache, type MemcachedCacheOptions } from './cache/memcached-cache.js';
