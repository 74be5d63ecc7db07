import { only } from './carried-numbers.js';
import { SessionConflictError } from './errors.js';
import type { Data, SessionSerializer } from './serializer.js';

/** Who is logged in is never put together from two requests' halves. */
const AUTHENTICATION_KEYS = ['_auth_user_id', '_auth_user_backend', '_auth_user_hash'];

/** What one request did to a session, top-level key by top-level key. A null text: deleted. */
export type Changes = ReadonlyMap<string, string | null>;

/** What leads from `before` to `after`. Values count as equal when the serializer writes the same text. */
export function changesBetween(before: Data, after: Data, serializer: SessionSerializer): Changes {
  const changes = new Map<string, string | null>();
  for (const key of Object.keys(after)) {
    const text = serializer.dumps(only(after, key));
    if (!Object.hasOwn(before, key) || serializer.dumps(only(before, key)) !== text) changes.set(key, text);
  }
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(after, key)) changes.set(key, null);
  }
  return changes;
}

/**
 * Applies this request's changes to the data another request has stored meanwhile, in place.
 * The later writer wins a key; arrays are never joined. Throws `SessionConflictError` when both
 * changed who is logged in, in different ways.
 */
export function mergeChanges(mine: Changes, from: Data, theirs: Changes, into: Data): void {
  if (
    AUTHENTICATION_KEYS.some((key) => mine.has(key)) &&
    AUTHENTICATION_KEYS.some((key) => differs(mine, theirs, key))
  ) {
    throw new SessionConflictError('Two requests changed who is logged in to this session at the same time.');
  }
  for (const [key, text] of mine) {
    if (text === null) delete into[key];
    else into[key] = from[key];
  }
}

function differs(mine: Changes, theirs: Changes, key: string): boolean {
  return theirs.has(key) && theirs.get(key) !== mine.get(key);
}
