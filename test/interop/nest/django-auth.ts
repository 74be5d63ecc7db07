import { type Session, sessionAuthHash, verifySessionAuthHash } from 'nestjs-django-sessions';
import type { DjangoUser } from '../django-server.js';

/** What django.contrib.auth keeps in a session. */
const ID = '_auth_user_id';
const BACKEND = '_auth_user_backend';
const HASH = '_auth_user_hash';

const MODEL_BACKEND = 'django.contrib.auth.backends.ModelBackend';

type AnySession = Session<Record<string, unknown>>;

/** Logs a user in so that Django takes them for logged in. Django: `login`. */
export async function logIn(session: AnySession, user: DjangoUser, [secret]: string[]): Promise<void> {
  const hash = sessionAuthHash(user.encodedPassword, secret!);
  // Nothing of another user's session is kept; of an anonymous visit everything is, under a new key.
  if (!session.has(ID)) await session.cycleKey();
  else if (session.get(ID) !== user.id || session.get(HASH) !== hash) await session.flush();
  session.update({ [ID]: user.id, [BACKEND]: MODEL_BACKEND, [HASH]: hash });
}

/** The user that either side has logged in, or null. Django: `get_user`. */
export async function loggedIn(
  session: AnySession,
  find: (id: string) => DjangoUser | undefined,
  secrets: string[],
): Promise<DjangoUser | null> {
  const user = session.get(BACKEND) === MODEL_BACKEND ? find(String(session.get(ID))) : undefined;
  if (!user) return null;
  const verdict = verifySessionAuthHash(session.get(HASH), user.encodedPassword, secrets);
  if (verdict === 'older') {
    await session.cycleKey();
    session.set(HASH, sessionAuthHash(user.encodedPassword, secrets[0]!));
  }
  if (verdict) return user;
  await session.flush();
  return null;
}
