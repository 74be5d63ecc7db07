import type { UserOf } from '../core/user-of.js';

/** How the sessions of a user are kept track of. */
export interface UserSessionsOptions {
  /** At most this many sessions of one user at once: a further log-in ends the oldest. Default: any number. */
  limit?: number;
  /**
   * Whose session it is, by its data; null: nobody's. Default: Django's `_auth_user_id`, else what passport
   * keeps as `passport.user`, if that is a text or a number.
   */
  userOf?: UserOf;
  /**
   * For the engines whose sessions travel in cookies: where to note which have ended, the cache of
   * `cacheAlias` or a table of the `dataSource`. Default `'cache'`.
   */
  revocations?: 'cache' | 'db';
}

/** What is wrong with a value, in the user's words, or null. */
export function problemOfUserSessions(value: unknown): string | null {
  if (typeof value === 'boolean') return null;
  if (typeof value !== 'object' || value === null)
    return 'userSessions must be true, false, or { limit?, userOf?, revocations? }';
  const { limit, userOf, revocations, ...others } = value as Record<string, unknown>;
  const [stranger] = Object.keys(others);
  if (stranger !== undefined) return `userSessions has no member ${stranger}; it has limit, userOf and revocations`;
  if (limit !== undefined && !(Number.isSafeInteger(limit) && (limit as number) >= 1)) {
    return `userSessions.limit must be a whole number above 0, got ${JSON.stringify(limit)}`;
  }
  if (userOf !== undefined && typeof userOf !== 'function') {
    return `userSessions.userOf must be a function from session data to a user's id or null, got ${typeof userOf}`;
  }
  if (revocations !== undefined && revocations !== 'cache' && revocations !== 'db') {
    return `userSessions.revocations must be "cache" or "db", got ${JSON.stringify(revocations)}`;
  }
  return null;
}
