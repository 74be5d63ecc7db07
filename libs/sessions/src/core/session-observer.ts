import type { Data } from './serializer.js';

/** Looks on while sessions come and go, for what is more than one session: whose they are, and which are revoked. */
export interface SessionObserver {
  /**
   * Before data are stored, until `end`: may add members of its own. Both instants are in milliseconds since
   * the epoch; `isNew`: under a new key.
   */
  stamp(data: Data, now: number, end: number, isNew: boolean): void;
  /** A session was found. False: it does not count, as if it were not there. */
  found(key: string, data: Data): Promise<boolean> | boolean;
  /** The data were stored, until `end`; `isNew`: nothing was stored under this key before. */
  stored(key: string, data: Data, end: number, isNew: boolean): Promise<void> | void;
  /** The session under this key is about to be deleted, or to leave the key for another. */
  leaving(key: string): Promise<void>;
}
