import type { Cache, CacheWrite } from '../../cache/cache.js';
import { CacheUserIndex } from '../../cache/cache-user-index.js';
import { type CacheKeyOptions, djangoCacheKey } from '../../cache/django-cache-key.js';
import { type CacheValues, VALUE_CODECS, type ValueCodec } from '../../cache/value-codec.js';
import { type Clock, systemClock } from '../../core/clock.js';
import type { SavedSession, SessionEngine, StoredSession } from '../../core/session-engine.js';
import type { UserIndex } from '../../core/user-index.js';
import { claimSessionKey, newSessionKey } from '../../core/session-key.js';

export interface CacheEngineOptions extends CacheKeyOptions {
  /** Default `'json'`; `'pickle'` to share sessions with Django. */
  values?: CacheValues;
  newKey?: () => string;
  clock?: Clock;
}

/** Django: `KEY_PREFIX` of `django.contrib.sessions.backends.cache`. */
const KEY_PREFIX = 'django.contrib.sessions.cache';

/**
 * Sessions in a cache and nowhere else: quick, and gone when the cache forgets them. One operation of
 * the cache for each of the engine's; what is expired the cache drops by itself.
 * Django: `django.contrib.sessions.backends.cache`.
 */
export class CacheEngine implements SessionEngine {
  readonly plain = true;
  readonly users: UserIndex;
  readonly #cache: Cache;
  readonly #codec: ValueCodec;
  readonly #keyOptions: CacheKeyOptions;
  readonly #newKey: () => string;

  /** There where the cache can move an entry; the library takes two steps otherwise. */
  readonly cycle?: NonNullable<SessionEngine['cycle']>;
  /** There where the cache can tell. */
  readonly keys?: NonNullable<SessionEngine['keys']>;

  constructor(cache: Cache, options: CacheEngineOptions = {}) {
    const { values = 'json', newKey = newSessionKey, clock = systemClock, ...keyOptions } = options;
    this.#cache = cache;
    this.#codec = VALUE_CODECS[values];
    this.#keyOptions = keyOptions;
    this.#newKey = newKey;
    this.users = new CacheUserIndex(cache, keyOptions, clock);
    if (cache.keys) this.keys = (batchSize) => this.#keys(cache.keys!.bind(cache), batchSize);
    if (cache.move) this.cycle = (...args) => this.#cycle(cache.move!.bind(cache), ...args);
  }

  async load(key: string): Promise<StoredSession | null> {
    const entry = await this.#cache.get(this.#cacheKey(key));
    return entry && { payload: this.#codec.unpack(entry.value), version: entry.version };
  }

  async exists(key: string): Promise<boolean> {
    return (await this.#cache.get(this.#cacheKey(key))) !== null;
  }

  async create(payload: string, expiresAt: number): Promise<SavedSession> {
    const value = this.#codec.pack(payload);
    let added: CacheWrite | null = null;
    const key = await claimSessionKey(async (drawn) => {
      added = await this.#cache.add(this.#cacheKey(drawn), value, expiresAt);
      return added !== null;
    }, this.#newKey);
    return { key, ...(added as CacheWrite | null) };
  }

  async save(key: string, payload: string, expiresAt: number, expected?: unknown): Promise<SavedSession | null> {
    const value = this.#codec.pack(payload);
    const cacheKey = this.#cacheKey(key);
    const written = await (expected === undefined
      ? this.#cache.replace(cacheKey, value, expiresAt)
      : this.#cache.compareAndSet(cacheKey, expected, value, expiresAt));
    return written && { key, ...written };
  }

  async delete(key: string): Promise<void> {
    await this.#cache.delete(this.#cacheKey(key));
  }

  async #cycle(
    move: NonNullable<Cache['move']>,
    key: string,
    payload: string,
    expiresAt: number,
    expected?: unknown,
  ): Promise<SavedSession | null> {
    const value = this.#codec.pack(payload);
    let moved: CacheWrite | 'gone' | 'taken' = 'taken';
    const newKey = await claimSessionKey(async (drawn) => {
      moved = await move(this.#cacheKey(key), this.#cacheKey(drawn), value, expiresAt, expected);
      return moved !== 'taken';
    }, this.#newKey);
    const outcome = moved as CacheWrite | 'gone' | 'taken';
    return typeof outcome === 'object' ? { key: newKey, ...outcome } : null;
  }

  async *#keys(keysOf: NonNullable<Cache['keys']>, batchSize: number): AsyncIterable<string[]> {
    const prefix = this.#cacheKey('');
    for await (const keys of keysOf(prefix, batchSize)) yield keys.map((key) => key.slice(prefix.length));
  }

  #cacheKey(key: string): string {
    return djangoCacheKey(KEY_PREFIX + key, this.#keyOptions);
  }
}
