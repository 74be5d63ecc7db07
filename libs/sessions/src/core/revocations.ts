/** What counts no more, for sessions that are in nobody's hands but the visitor's. */
export interface Revocations {
  /**
   * Has what was issued to a subject until `at` count no more. To be kept until `keepUntil`, when all of it
   * has expired by itself; both in milliseconds since the epoch.
   */
  revoke(subject: string, at: number, keepUntil: number): Promise<void>;
  /** Until when the subjects are revoked (milliseconds since the epoch), each in its place; null: not at all. */
  revokedUntil(subjects: readonly string[]): Promise<(number | null)[]>;
  /** See `UserIndex`. */
  clearExpired?(): Promise<void>;
  check?(): Promise<void>;
}
