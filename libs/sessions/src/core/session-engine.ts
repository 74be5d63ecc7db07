import type { UserIndex } from './user-index.js';

/** A session as the store holds it. */
export interface StoredSession {
  /** The serialized data: what was given to `create` or `save`, character by character. */
  payload: string;
  /**
   * Whatever lets the store recognize this very state again (the stored text, a cas number).
   * Handed back to `save` as `expected`. Without it two requests that write at the same time
   * overwrite each other.
   */
  version?: unknown;
  /**
   * When it was last saved (milliseconds since the epoch), from an engine that cannot tell by itself
   * whether a session has expired; the library then works it out.
   */
  modifiedAt?: number;
  /** The instant it ends (milliseconds since the epoch), from an engine that knows; a cache in front of it needs it. */
  expiresAt?: number;
  /** True when the visitor must be given a new cookie although nothing was changed, as what they sent is of no use. */
  outdated?: boolean;
}

/** Where a session now is, and the `version` of it where the store told one. */
export interface SavedSession {
  key: string;
  version?: unknown;
}

export interface ClearExpiredOptions {
  /** At most this many sessions in one statement, so that no table is locked for long. */
  batchSize: number;
  /** The present, in milliseconds since the epoch. */
  now: number;
  /** For stores that keep no date: whether this session has expired. */
  isExpired(stored: StoredSession): boolean;
  /**
   * The expiry a session holds of its own, `_session_expiry`: seconds, an ISO text, or undefined. For an
   * engine whose store is shared with somebody who reads it in another way.
   */
  ownExpiry?(stored: StoredSession): unknown;
}

/**
 * Where sessions live. One small class: it stores texts under keys, until an instant.
 * Expiry rules, signatures, cookies and merging are done for it.
 *
 * A method rejects only when the store itself fails; the visitor then gets a 503, and never an
 * empty session. `expiresAt` is in milliseconds since the epoch and may have a fraction.
 */
export interface SessionEngine {
  /**
   * True for an engine that protects what it stores by itself, or need not: it is given the bare
   * serialized data. Otherwise it is given Django's signed `session_data` text. Default false.
   */
  readonly plain?: boolean;
  /** True when the session itself travels in the cookie, so that nothing is kept on the server. */
  readonly inCookie?: boolean;
  /**
   * Over how many cookies a session `inCookie` may be spread where it is too large for one: `name`,
   * `name.1`, `name.2` … `load` is given what they hold, put together in that order; the end of an
   * older, longer session may follow, and must be told apart. Default 1.
   */
  readonly maxCookies?: number;
  /** Whether the store could hold a session under this key; others are never asked for. Default `isSessionKey`. */
  accepts?(key: string): boolean;

  /** The stored session, or null: unknown or expired. Creates and deletes nothing. */
  load(key: string): Promise<StoredSession | null>;
  /** Whether anything is stored under the key, expired or not. */
  exists(key: string): Promise<boolean>;
  /** Stores a session under a new key that nobody has, in one atomic step: see `claimSessionKey`. */
  create(payload: string, expiresAt: number): Promise<SavedSession>;
  /**
   * Replaces a stored session, in one atomic step, if it is still there and, with `expected` given,
   * still in that state. Null: it is not; nothing was written. Never creates.
   */
  save(key: string, payload: string, expiresAt: number, expected?: unknown): Promise<SavedSession | null>;
  /** Removes the session; one that is not there is fine. */
  delete(key: string): Promise<void>;
  /**
   * Moves a session to a new key together with new data, as `save` does, as one atomic step.
   * Without it the library creates the new one, and ends the old one by a `save` that is expired already.
   */
  cycle?(key: string, payload: string, expiresAt: number, expected?: unknown): Promise<SavedSession | null>;
  /** Where it is noted whose sessions there are, for the option `userSessions`. Absent where that cannot be. */
  readonly users?: UserIndex;
  /**
   * All keys that may be sessions, in lists of at most so many, for whoever looks at every session. Absent
   * where that cannot be told.
   */
  keys?(batchSize: number): AsyncIterable<readonly string[]>;
  /** Deletes the expired sessions and answers how many. Absent where the store forgets by itself. */
  clearExpired?(options: ClearExpiredOptions): Promise<number>;
}
