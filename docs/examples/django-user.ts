import { type Session, sessionAuthHash, verifySessionAuthHash } from 'nestjs-django-sessions';

type DjangoSession = Session<{ _auth_user_id?: string; _auth_user_hash?: string }>;

/** SECRET_KEY and SECRET_KEY_FALLBACKS. */
const secretKeys = [process.env.SECRET_KEY ?? ''];

/** The primary key of the user that Django, or we, have logged in; null: nobody. `passwordOf` reads Django's user table. */
export async function djangoUserId(session: DjangoSession, passwordOf: (id: string) => Promise<string | null>) {
  const id = session.get('_auth_user_id');
  const password = id === undefined ? null : await passwordOf(id);
  if (id === undefined || password === null) return null;
  const verdict = verifySessionAuthHash(session.get('_auth_user_hash'), password, secretKeys);
  if (verdict === 'older') {
    session.set('_auth_user_hash', sessionAuthHash(password, secretKeys[0]!)); // made with a former SECRET_KEY
    await session.cycleKey();
  }
  if (verdict === null) await session.flush(); // the password was changed: ends the session on both sides
  return verdict && id;
}
