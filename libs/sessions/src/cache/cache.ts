/** What a cache holds under a key. */
export interface CacheEntry {
  value: Buffer;
  /**
   * Whatever lets the cache recognize this very state again (a cas number, the bytes themselves).
   * Handed back to `compareAndSet` and `move`, and to nothing else. A cache that never tells one is
   * never asked to compare, and the last writer wins.
   */
  version?: unknown;
}

/** A write that was done, and the `version` it left where the cache tells one: it saves a `get` before the next write. */
export interface CacheWrite {
  version?: unknown;
}

/**
 * Bytes under keys, until an instant. Any object with these methods can hold sessions.
 *
 * `expiresAt` is absolute: milliseconds since the epoch, perhaps with a fraction; `Infinity` is never.
 * One that is past is accepted, and what was written is never readable. A method rejects only when the
 * cache itself fails or refuses a key or value, and its message never holds a key. Every write is one
 * atomic step for all who share the cache: a look followed by a write is a race.
 */
export interface Cache {
  /** What is there, or null: nothing, or nothing any more. */
  get(key: string): Promise<CacheEntry | null>;
  /** Stores only where nothing is. Null: something is. */
  add(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite | null>;
  /** Stores, whatever is there. */
  set(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite>;
  /** Stores only where something is. Null: nothing is. */
  replace(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite | null>;
  /** Stores only while what is there is in the state `version`. Null: it is not, or nothing is there. */
  compareAndSet(key: string, version: unknown, value: Buffer, expiresAt: number): Promise<CacheWrite | null>;
  /** Removes; nothing there is fine. */
  delete(key: string): Promise<void>;
  /**
   * The entry under `from` goes, and `value` is under `to`, as one atomic step: only if `from` is there
   * and, with `version` given, still in that state (else 'gone'), and only if `to` is free (else
   * 'taken'); in both cases nothing is changed. Absent where a cache cannot: two steps are taken then.
   */
  move?(
    from: string,
    to: string,
    value: Buffer,
    expiresAt: number,
    version?: unknown,
  ): Promise<CacheWrite | 'gone' | 'taken'>;
  /** All keys that begin with `prefix`, in lists of about so many; one may come twice. Absent where a cache cannot tell. */
  keys?(prefix: string, batchSize: number): AsyncIterable<readonly string[]>;
  /** Lets go of connections. Called once, when the application ends, on a cache the library has made. */
  close?(): Promise<void>;
}
