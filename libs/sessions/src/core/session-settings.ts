import type { Clock } from './clock.js';
import type { SessionSerializer } from './serializer.js';

/** What a session needs to know about its application; resolved once and frozen. */
export interface SessionSettings {
  /** Seconds a session lives after it was saved. Django: SESSION_COOKIE_AGE. */
  cookieAge: number;
  /** Whether sessions without an expiry of their own end with the browser. Django: SESSION_EXPIRE_AT_BROWSER_CLOSE. */
  expireAtBrowserClose: boolean;
  /** Seconds since its creation after which a session ends whatever its activity, or null. */
  absoluteAge: number | null;
  /** IANA name of the zone that dates without an offset are in. Django: TIME_ZONE. */
  timeZone: string;
  concurrency: 'merge' | 'overwrite';
  serializer: SessionSerializer;
  clock: Clock;
}
