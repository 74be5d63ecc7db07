import type { Data } from './serializer.js';
import { EXPIRY_KEY } from './session-expiry.js';

/** The member that holds when a session began (seconds since the epoch), kept only where `absoluteAge` is set. */
export const STARTED_KEY = '_session_started';

/** When a session was last saved (seconds since the epoch), where somebody wants to know. */
export const TOUCHED_KEY = '_session_touched';
/** When the visitor last showed who they are (seconds since the epoch). */
export const AUTHENTICATED_KEY = '_session_authenticated';
/** What the application calls the device that the session is on. */
export const LABEL_KEY = '_session_label';
/** Under which user the session is noted, and until when (seconds since the epoch). */
export const USER_KEY = '_session_user';
export const NOTED_KEY = '_session_noted';
/** What a session that travels in its cookie is called when it is revoked, and since when it is its user's (milliseconds). */
export const SESSION_ID_KEY = '_session_id';
export const LOGGED_IN_KEY = '_session_since';

/** The member that `setTestCookie` leaves. Django: `TEST_COOKIE_NAME`. */
export const TEST_COOKIE_KEY = 'testcookie';

/** What a session holds for its own working, and not for the application. */
const OWN_KEYS = [
  EXPIRY_KEY,
  STARTED_KEY,
  TOUCHED_KEY,
  AUTHENTICATED_KEY,
  LABEL_KEY,
  USER_KEY,
  NOTED_KEY,
  SESSION_ID_KEY,
  LOGGED_IN_KEY,
  TEST_COOKIE_KEY,
];

/** A shallow copy with the application's members alone. */
export function withoutOwnMembers(data: Data): Data {
  const members = { ...data };
  for (const key of OWN_KEYS) delete members[key];
  return members;
}

/** Gives the session's own members to data that are to take the place of others. */
export function keepOwnMembers(from: Data, to: Data): void {
  for (const key of OWN_KEYS) if (Object.hasOwn(from, key) && !Object.hasOwn(to, key)) to[key] = from[key];
}
