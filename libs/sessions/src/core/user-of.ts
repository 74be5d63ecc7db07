import type { Data } from './serializer.js';

/** Whose session it is, by its data: the user's id as a text, or null for nobody's. */
export type UserOf = (data: Data) => string | null;

/** Who has logged in through Django's `login`, or through passport. */
export const loggedInUser: UserOf = (data) => {
  const { _auth_user_id: django, passport } = data;
  const id = django ?? (passport as { user?: unknown } | null | undefined)?.user;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
};
