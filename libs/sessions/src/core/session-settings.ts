import type { Clock } from './clock.js';
import type { SessionSerializer } from './serializer.js';
import type { SessionUpgrade } from './session-schema.js';
import type { StandardSchemaV1 } from './standard-schema.js';

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
  /** Seconds after which a session that is used is saved to renew its age, or null: not for that. */
  touchEvery?: number | null | undefined;
  concurrency: 'merge' | 'overwrite';
  serializer: SessionSerializer;
  clock: Clock;
  /** What the data of every session have to fit, or nothing. */
  schema?: StandardSchemaV1<object, unknown> | undefined;
  /** Makes stored data that do not fit into such that do. */
  upgrade?: SessionUpgrade | undefined;
}
