import { equalInConstantTime, SaltedHmac } from './signer.js';

const SALT = 'django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash';

/**
 * What Django keeps in a session as `_auth_user_hash`: changes when the user's password does.
 * `password` is the whole field of Django's user table, such as `pbkdf2_sha256$600000$…`.
 * Django: `AbstractBaseUser.get_session_auth_hash`.
 */
export function sessionAuthHash(password: string, secretKey: string | Uint8Array): string {
  return new SaltedHmac(SALT, secretKey).digest(password).toString('hex');
}

/**
 * Whether a session's `_auth_user_hash` still belongs to the user's password. `'older'`: made with a
 * former secret; call `cycleKey()` and store the new hash, as Django does. Null: the password was
 * changed, so end the session with `flush()`. `secretKeys`: the present one first.
 */
export function verifySessionAuthHash(
  hash: unknown,
  password: string,
  secretKeys: readonly (string | Uint8Array)[],
): 'current' | 'older' | null {
  if (typeof hash !== 'string') return null;
  const index = secretKeys.findIndex((secret) => equalInConstantTime(sessionAuthHash(password, secret), hash));
  return index < 0 ? null : index === 0 ? 'current' : 'older';
}
