import type { Cache } from '../../cache/cache.js';
import type { CacheKeyOptions } from '../../cache/django-cache-key.js';
import type { CacheValues } from '../../cache/value-codec.js';
import { type Clock, systemClock } from '../../core/clock.js';
import type { SessionStoreError } from '../../core/errors.js';
import type { SavedSession, SessionEngine, StoredSession } from '../../core/session-engine.js';
import type { UserIndex } from '../../core/user-index.js';
import { type Fence, SessionEntries } from './session-entries.js';

export interface CachedDbEngineOptions extends CacheKeyOptions {
  /** Default `'json'`; `'pickle'` to share sessions with Django. */
  values?: CacheValues;
  /** Told when the cache begins to fail, and of each entry it cannot read. The database then answers alone. Default: nobody. */
  onCacheError?: (error: SessionStoreError) => void;
  clock?: Clock;
}

/** The state of a session as this engine tells it. */
interface CachedVersion {
  /** The database's version of the row; unknown after a hit on an entry that does not name it, as Django writes them. */
  row?: unknown;
  /** Then: the data the entry held. */
  payload?: string;
  fence: Fence;
}

/**
 * Sessions in the database, and a copy in a cache in front of it. Reading asks the cache alone where
 * it has the session. Django: `django.contrib.sessions.backends.cached_db`.
 *
 * The database decides. Whether a save is based on the latest state is asked of the row, so that an
 * entry that is out of date can never make a write be lost; it can only cost a second try. Whoever
 * finds it so marks it, and a mark sends every reader to the database, the second try first of all.
 *
 * The cache never goes back to an older state: a writer replaces only the entry it knew before it
 * wrote the row. Whoever wrote the row later has touched the entry since, so that the slower of two
 * writers fails there, and leaves a mark instead. For the same reason a deleted session stays away:
 * what a reader or writer knew of its entry is no longer so.
 */
export class CachedDbEngine implements SessionEngine {
  readonly plain = true;
  readonly users?: UserIndex;
  readonly keys?: NonNullable<SessionEngine['keys']>;
  readonly #database: SessionEngine;
  readonly #entries: SessionEntries;

  readonly accepts?: NonNullable<SessionEngine['accepts']>;
  readonly cycle?: NonNullable<SessionEngine['cycle']>;
  readonly clearExpired?: NonNullable<SessionEngine['clearExpired']>;

  /** `database` must be `plain`: the engine of the database, with the signature around it. */
  constructor(database: SessionEngine, cache: Cache, options: CachedDbEngineOptions = {}) {
    const { values = 'json', onCacheError = () => {}, clock = systemClock, ...keyOptions } = options;
    this.#database = database;
    this.#entries = new SessionEntries(cache, values, keyOptions, onCacheError, clock);
    if (database.accepts) this.accepts = database.accepts.bind(database);
    if (database.users) this.users = database.users;
    if (database.keys) this.keys = database.keys.bind(database);
    if (database.cycle) this.cycle = (...args) => this.#cycle(database.cycle!.bind(database), ...args);
    // What is in the cache goes by itself.
    if (database.clearExpired) this.clearExpired = database.clearExpired.bind(database);
  }

  async load(key: string): Promise<StoredSession | null> {
    const { payload, row, fence } = await this.#entries.find(key);
    if (payload !== undefined) {
      const version: CachedVersion = row === undefined ? { payload, fence } : { row, fence };
      return { payload, version };
    }
    const stored = await this.#database.load(key);
    if (!stored) return null;
    const { expiresAt } = stored;
    const filled = expiresAt !== undefined && (await this.#entries.refill(key, { ...stored, expiresAt }, fence));
    const version: CachedVersion = { row: stored.version, fence: filled || fence };
    return { ...stored, version };
  }

  exists(key: string): Promise<boolean> {
    return this.#database.exists(key);
  }

  async create(payload: string, expiresAt: number): Promise<SavedSession> {
    const { key, version } = await this.#database.create(payload, expiresAt);
    return { key, version: await this.#put(key, payload, version, expiresAt) };
  }

  async save(key: string, payload: string, expiresAt: number, expected?: unknown): Promise<SavedSession | null> {
    const known = expected as CachedVersion | undefined;
    const row = await this.#rowOf(key, known);
    // What is in the cache must be known before the database is written, or an older state could replace a newer one.
    const fence = known ? known.fence : (await this.#entries.find(key)).fence;
    const saved = row && (await this.#database.save(key, payload, expiresAt, row.version));
    if (!saved) {
      await this.#entries.distrust(key, fence);
      return null;
    }
    const version: CachedVersion = {
      row: saved.version,
      fence: await this.#entries.replace(key, { payload, version: saved.version, expiresAt }, fence),
    };
    return { key, version };
  }

  /**
   * A mark first: should this process die once the row is gone, nobody believes the entry. And one more
   * afterwards, for whoever has written the row in between, and its entry with it.
   */
  async delete(key: string): Promise<void> {
    await this.#entries.mark(key);
    await this.#database.delete(key);
    await this.#entries.mark(key);
  }

  async #cycle(
    cycle: NonNullable<SessionEngine['cycle']>,
    key: string,
    payload: string,
    expiresAt: number,
    expected?: unknown,
  ): Promise<SavedSession | null> {
    const known = expected as CachedVersion | undefined;
    const row = await this.#rowOf(key, known);
    // As with `delete`: the old key is gone with the row.
    if (row) await this.#entries.mark(key);
    const moved = row && (await cycle(key, payload, expiresAt, row.version));
    if (!moved) {
      await this.#entries.distrust(key, known?.fence);
      return null;
    }
    const [version] = await Promise.all([
      this.#put(moved.key, payload, moved.version, expiresAt),
      this.#entries.mark(key),
    ]);
    return { key: moved.key, version };
  }

  /**
   * The state the row must be in. After a hit that did not name it, the row is read, and is the right
   * one if it says what the entry said; null: it does not, or is gone.
   */
  async #rowOf(key: string, known: CachedVersion | undefined): Promise<{ version?: unknown } | null> {
    if (known?.payload === undefined) return { version: known?.row };
    const stored = await this.#database.load(key);
    return stored?.payload === known.payload ? stored : null;
  }

  async #put(key: string, payload: string, row: unknown, expiresAt: number): Promise<CachedVersion> {
    return { row, fence: await this.#entries.put(key, { payload, version: row, expiresAt }) };
  }
}
