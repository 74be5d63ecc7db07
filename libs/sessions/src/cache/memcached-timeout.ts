const RELATIVE_SECONDS = 30 * 24 * 60 * 60;
/** January 2038. Memcached holds dates in 32 bits and drops at once what lies beyond. */
const LAST_DATE = 2 ** 31 - 1;
/** A deadline is worked out a moment before it gets here; that moment shall not cost a second. */
const ON_THE_WAY_SECONDS = 0.05;

/**
 * A deadline as Memcached takes it: whole seconds from now; beyond 30 days, which it would read as a
 * date in 1970, a date; 0 for never and -1 for past. Both arguments in milliseconds since the epoch.
 * Django: `get_backend_timeout`.
 */
export function memcachedTimeout(expiresAt: number, now: number): number {
  if (expiresAt === Infinity) return 0;
  const seconds = Math.floor((expiresAt - now) / 1000 + ON_THE_WAY_SECONDS);
  if (!(seconds > 0)) return -1;
  return seconds <= RELATIVE_SECONDS ? seconds : Math.min(Math.floor(now / 1000) + seconds, LAST_DATE);
}
