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
