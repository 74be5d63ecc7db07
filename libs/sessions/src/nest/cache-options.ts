import type { Cache } from '../cache/cache.js';
import type { MemcachedCacheOptions } from '../cache/memcached-cache.js';
import type { MemoryCacheOptions } from '../cache/memory-cache.js';

/** What every entry of `caches` may say. Django: CACHES. */
interface CacheEntryOptions {
  /** Put before every key, so that several applications can share a server. Default `''`. Django: KEY_PREFIX. */
  keyPrefix?: string;
  /** Put into every key; another one starts afresh. Default 1. Django: VERSION. */
  version?: number;
  /** How sessions are written: `'json'`, or `'pickle'` to share them with Django. Default `'json'`. */
  values?: 'json' | 'pickle';
}

/** One entry of `caches`: a backend, where it is, and how sessions are kept in it. */
export type CacheOptions = CacheEntryOptions &
  (
    | { backend: 'memory'; location?: never; options?: Omit<MemoryCacheOptions, 'clock'> }
    /** `location`: a URL, ioredis' options, or a client of yours. Default `redis://127.0.0.1:6379`. */
    | { backend: 'redis'; location?: string | object; options?: never }
    /** `location`: `host:port` or `unix:/path`. Default `127.0.0.1:11211`. */
    | { backend: 'memcached'; location?: string; options?: Omit<MemcachedCacheOptions, 'clock'> }
    /** Stores nothing. */
    | { backend: 'dummy'; location?: never; options?: never }
    | { backend: Cache; location?: never; options?: never }
  );

const BACKENDS = ['memory', 'redis', 'memcached', 'dummy'];
const KNOWN = ['backend', 'location', 'options', 'keyPrefix', 'version', 'values'];

/** What is wrong with the option `caches`, or null. */
export function problemOfCaches(caches: unknown): string | null {
  if (!isRecord(caches)) return 'caches must be an object of names, such as { default: { backend: "redis" } }';
  for (const [alias, entry] of Object.entries(caches)) {
    const problem = isRecord(entry) ? problemOfEntry(entry) : 'must be an object with a backend';
    if (problem) return `caches.${alias}${problem.startsWith('.') ? '' : ' '}${problem}`;
  }
  return null;
}

function problemOfEntry(entry: Record<string, unknown>): string | null {
  const { backend, location, keyPrefix, version, values, options } = entry;
  if (!BACKENDS.includes(backend as string) && !isCache(backend)) {
    const shown = typeof backend === 'string' ? `"${backend}"` : typeof backend;
    return `.backend must be "memory", "redis", "memcached", "dummy" or a Cache, got ${shown}`;
  }
  const stranger = Object.keys(entry).find((name) => !KNOWN.includes(name));
  if (stranger) return `has an unknown member ${stranger}; there are ${KNOWN.join(', ')}`;
  if (keyPrefix !== undefined && typeof keyPrefix !== 'string') return '.keyPrefix must be a text';
  if (version !== undefined && !Number.isSafeInteger(version)) return '.version must be a whole number';
  if (values !== undefined && values !== 'json' && values !== 'pickle') return '.values must be "json" or "pickle"';
  if (options !== undefined && !isRecord(options)) return '.options must be an object';
  const takesObject = backend === 'redis';
  if (location !== undefined && typeof location !== 'string' && !(takesObject && isRecord(location))) {
    return `.location must be a text${takesObject ? ", ioredis' options, or a client" : ''}`;
  }
  return null;
}

function isCache(value: unknown): boolean {
  const methods = ['get', 'add', 'set', 'replace', 'compareAndSet', 'delete'];
  return isRecord(value) && methods.every((name) => typeof value[name] === 'function');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
