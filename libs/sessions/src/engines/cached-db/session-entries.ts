import type { Cache, CacheWrite } from '../../cache/cache.js';
import { type CacheKeyOptions, djangoCacheKey } from '../../cache/django-cache-key.js';
import { type CacheValues } from '../../cache/value-codec.js';
import type { Clock } from '../../core/clock.js';
import { SessionStoreError } from '../../core/errors.js';
import { ENTRY_FORMATS, type EntryFormat } from './entry-format.js';
import { OwedMarks } from './owed-marks.js';

/** Django: `KEY_PREFIX` of `django.contrib.sessions.backends.cached_db`. */
const KEY_PREFIX = 'django.contrib.sessions.cached_db';

/** How long a mark stands: far longer than a reader takes from the miss to the refill. */
const MARK_MS = 60_000;
/** Who found nothing there longer ago than this puts nothing there: a mark may have come and gone. */
const EMPTY_MS = MARK_MS / 2;

/** A row as it is put into the cache. */
export interface Row {
  payload: string;
  version?: unknown;
  expiresAt: number;
}

/**
 * What we know of an entry: its state, or since when there was none. Only while that still holds may
 * it be replaced by what was learnt since. Undefined: we know nothing.
 */
export type Fence = { version: unknown } | { emptySince: number } | undefined;

/** What the cache said of a session; without a payload, the database must be asked. */
export interface Found {
  payload?: string;
  /** The row it was taken from, where the entry names it. */
  row?: string;
  fence: Fence;
}

/**
 * The cache's side of cached_db. Nothing here ever rejects: what the cache cannot do is told to
 * `report`, and the database has the answer.
 */
export class SessionEntries {
  readonly #cache: Cache;
  readonly #format: EntryFormat;
  readonly #keyOptions: CacheKeyOptions;
  readonly #report: (error: SessionStoreError) => void;
  readonly #clock: Clock;
  readonly #owed = new OwedMarks();
  /** What fails now: a cache that is full can still be read. */
  readonly #failing = new Set<'reading' | 'writing'>();

  constructor(
    cache: Cache,
    values: CacheValues,
    keyOptions: CacheKeyOptions,
    report: (error: SessionStoreError) => void,
    clock: Clock,
  ) {
    this.#cache = cache;
    this.#format = ENTRY_FORMATS[values];
    this.#keyOptions = keyOptions;
    this.#report = report;
    this.#clock = clock;
  }

  async find(key: string): Promise<Found> {
    if (this.#owed.has(key)) return { fence: await this.mark(key) };
    const emptySince = this.#clock();
    const entry = await this.#ask('load', key, (cacheKey) => this.#cache.get(cacheKey));
    if (entry === undefined) return { fence: undefined };
    if (entry === null) return { fence: { emptySince } };
    const fence = fenceOf(entry);
    try {
      return { ...this.#format.read(entry.value), fence };
    } catch (error) {
      this.#report(new SessionStoreError('load from the cache', error, key));
      return { fence };
    }
  }

  /**
   * Puts a row that was read after a miss into the cache, unless something is there by now: somebody
   * has written, or deleted, and what was read may be older.
   */
  async refill(key: string, row: Row, fence: Fence): Promise<Fence> {
    if (!fence || !('emptySince' in fence) || this.#clock() - fence.emptySince > EMPTY_MS) return undefined;
    return fenceOf(await this.#ask('refill', key, (cacheKey) => this.#add(cacheKey, row)));
  }

  /** Puts a row that was just written in the place of what we knew to be there; if that has changed, a mark. */
  async replace(key: string, row: Row, fence: Fence): Promise<Fence> {
    if (!fence) return this.mark(key);
    if ('emptySince' in fence) return (await this.refill(key, row, fence)) ?? this.mark(key);
    const written = await this.#ask('save', key, (cacheKey) =>
      this.#cache.compareAndSet(cacheKey, fence.version, this.#value(row), row.expiresAt),
    );
    return written ? fenceOf(written) : this.mark(key);
  }

  /** Puts the row of a new session into the cache. */
  async put(key: string, row: Row): Promise<Fence> {
    const written = await this.#ask('create', key, (cacheKey) =>
      this.#cache.set(cacheKey, this.#value(row), row.expiresAt),
    );
    return written ? fenceOf(written) : this.mark(key);
  }

  /** The entry was found to be older than the row: it goes, unless it has been replaced already. */
  async distrust(key: string, fence: Fence): Promise<void> {
    if (!fence || !('version' in fence)) return void (await this.mark(key));
    const told = await this.#ask('mark', key, async (cacheKey) => {
      const expiresAt = this.#clock() + MARK_MS;
      await this.#cache.compareAndSet(cacheKey, fence.version, this.#format.mark(), expiresAt);
      return true;
    });
    if (!told) this.#owed.add(key);
  }

  /** Nobody shall believe or fill the entry for a while: see `EntryFormat`. Owed, where it cannot be done now. */
  async mark(key: string): Promise<Fence> {
    const written = await this.#ask('mark', key, (cacheKey) => this.#mark(cacheKey));
    if (written) this.#owed.paid(key);
    else this.#owed.add(key);
    return fenceOf(written);
  }

  #add(cacheKey: string, row: Row): Promise<CacheWrite | null> {
    return this.#cache.add(cacheKey, this.#value(row), row.expiresAt);
  }

  async #mark(cacheKey: string): Promise<CacheWrite> {
    try {
      return await this.#cache.set(cacheKey, this.#format.mark(), this.#clock() + MARK_MS);
    } catch (error) {
      // A cache that is full takes no mark, but it can forget: a session that was ended is not served from
      // it. The mark stays owed. Not waited for, as a cache that hangs has had its time.
      void this.#cache.delete(cacheKey).catch(() => {});
      throw error;
    }
  }

  #value({ payload, version }: Row): Buffer {
    return this.#format.session(payload, version);
  }

  /** The cache's answer, or undefined when it fails. An outage is reported once, as it begins. */
  async #ask<R>(operation: string, key: string, question: (cacheKey: string) => Promise<R>): Promise<R | undefined> {
    const kind = operation === 'load' ? 'reading' : 'writing';
    try {
      const answer = await question(this.#cacheKey(key));
      // What failed and works again ends the outage; a cache that is full could be read all the time.
      if (this.#failing.delete(kind)) this.#failing.clear();
      void this.#owed.settle((owed) => this.#mark(this.#cacheKey(owed)));
      return answer;
    } catch (error) {
      if (this.#failing.size === 0) this.#report(new SessionStoreError(`${operation} in the cache`, error, key));
      this.#failing.add(kind);
      return undefined;
    }
  }

  #cacheKey(key: string): string {
    return djangoCacheKey(KEY_PREFIX + key, this.#keyOptions);
  }
}

/** A cache that tells no version gives nothing to compare with. */
function fenceOf(entry: { version?: unknown } | null | undefined): Fence {
  return entry?.version === undefined ? undefined : { version: entry.version };
}
