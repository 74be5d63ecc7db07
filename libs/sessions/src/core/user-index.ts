/**
 * Under which keys a user has had sessions. A hint and not the truth: a key that is no session any more, or
 * somebody else's, is found out when it is looked at. What must never be missing is one that is the user's.
 */
export interface UserIndex {
  /** Notes a key; one that is noted already is fine. `expiresAt`: milliseconds since the epoch, as far as is known now. */
  add(userId: string, key: string, expiresAt: number): Promise<void>;
  keysOf(userId: string): Promise<string[]>;
  remove(userId: string, keys: readonly string[]): Promise<void>;
  /** Drops what nobody has looked at since it expired. Absent where that goes by itself. */
  clearExpired?(): Promise<void>;
  /** Throws `SessionsOptionsError` where something is missing that it needs; asked at start-up. */
  check?(): Promise<void>;
}
