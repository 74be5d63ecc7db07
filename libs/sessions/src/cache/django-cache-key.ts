import { createHash } from 'node:crypto';

/** What Django puts before every key of a cache. */
export interface CacheKeyOptions {
  /** Default `''`. Django: KEY_PREFIX. */
  keyPrefix?: string;
  /** Default 1. Django: VERSION. */
  version?: number;
}

/** The full key Django's caches use: `KEY_PREFIX:VERSION:key`. Django: `default_key_func`. */
export function djangoCacheKey(key: string, { keyPrefix = '', version = 1 }: CacheKeyOptions = {}): string {
  return `${keyPrefix}:${version}:${key}`;
}

/** The same for any text, such as a user's id: what a cache takes for a key may not be. */
export function hashedCacheKey(prefix: string, text: string, options: CacheKeyOptions): string {
  return djangoCacheKey(prefix + createHash('sha256').update(text).digest('base64url'), options);
}
