import type { Cache } from '../../../libs/sessions/src/cache/cache.js';
import type { Pass } from './watched-engine.js';

/** The cache, with every call let through by `pass`. */
export function gatedCache(cache: Cache, pass: Pass): Cache {
  return {
    get: (key) => pass('cache get', () => cache.get(key)),
    add: (key, value, expiresAt) => pass('cache add', () => cache.add(key, value, expiresAt)),
    set: (key, value, expiresAt) => pass('cache set', () => cache.set(key, value, expiresAt)),
    replace: (key, value, expiresAt) => pass('cache replace', () => cache.replace(key, value, expiresAt)),
    compareAndSet: (key, version, value, expiresAt) =>
      pass('cache compareAndSet', () => cache.compareAndSet(key, version, value, expiresAt)),
    delete: (key) => pass('cache delete', () => cache.delete(key)),
    ...(cache.move && {
      move: (...args: Parameters<NonNullable<Cache['move']>>) => pass('cache move', () => cache.move!(...args)),
    }),
  };
}
