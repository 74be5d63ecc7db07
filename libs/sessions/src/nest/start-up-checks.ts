import { SessionsOptionsError } from '../core/errors.js';
import { engineNamed } from './engine-names.js';
import type { Settings } from './resolve-settings.js';

/** Bytes of a secret: what HMAC-SHA256 makes full use of, and what could be found out by trying. */
const GOOD_SECRET = 32;
const LEAST_SECRET = 16;

/**
 * What would be wrong only once the application is out in the world: answers the warnings, each in a
 * sentence, and throws `SessionsOptionsError` for what must not go there at all.
 */
export function checkForProduction(settings: Settings, isProduction: boolean): string[] {
  const warnings: string[] = [];
  const { secrets, request, session } = settings;
  const shortest = Math.min(...secrets.map((secret) => Buffer.byteLength(secret)));
  const tooShort = `a secret has ${shortest} bytes; take ${GOOD_SECRET} random ones at least (Django's SECRET_KEY has 50)`;
  if (isProduction && shortest < LEAST_SECRET) throw new SessionsOptionsError([`secretKey: ${tooShort}`]);
  if (shortest < GOOD_SECRET) warnings.push(`secretKey: ${tooShort}.`);
  if (session.cookieAge === 0) warnings.push('cookieAge is 0: sessions have ended as soon as they are saved.');
  if (backendOf(settings) === 'dummy')
    warnings.push('The cache "dummy" keeps nothing: no session will be found again.');
  if (!isProduction) return warnings;
  if (!request.cookie.secure) {
    warnings.push('cookieSecure is false: the cookie is also sent where anybody on the way can read it.');
  }
  if (backendOf(settings) === 'memory') {
    warnings.push('Sessions are kept in the memory of this process: they end with it, and no other process has them.');
  }
  return warnings;
}

/** The kind of cache that alone holds the sessions, if one does. */
function backendOf({ engine, caches, cacheAlias }: Settings): unknown {
  return typeof engine === 'string' && engineNamed(engine) === 'cache' ? caches[cacheAlias]?.backend : null;
}
