import { SessionValueError } from './errors.js';
import { fromIsoText, toIsoText } from './iso-time.js';

/** The member of a session that holds its own expiry: a number of seconds, or an ISO text. */
export const EXPIRY_KEY = '_session_expiry';

/** A length of time, like Python's `timedelta`. */
export interface SessionDuration {
  weeks?: number;
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
  milliseconds?: number;
}

/**
 * What `setExpiry` takes: seconds after each save (0: until the browser closes), an instant, an ISO
 * text of one, a length of time from now, or null for the default.
 */
export type SessionExpiry = number | Date | string | SessionDuration | null;

const UNITS = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  milliseconds: 1,
};

/** What is stored for an expiry the application sets; null: nothing. Throws `SessionValueError`. */
export function storedExpiry(expiry: SessionExpiry, now: number, timeZone: string): number | string | null {
  if (expiry === null) return null;
  if (typeof expiry === 'number') {
    if (isDate(now + expiry * 1000)) return expiry;
  } else if (typeof expiry === 'string') {
    if (fromIsoText(expiry, timeZone) !== null) return expiry;
  } else if (expiry instanceof Date) {
    if (isDate(expiry.getTime())) return toIsoText(expiry.getTime());
  } else if (typeof expiry === 'object') {
    const length = durationOf(expiry);
    if (length !== null && isDate(now + length)) return toIsoText(now + length);
  }
  throw new SessionValueError(
    'expiry',
    `must be seconds, a Date, an ISO text, a duration such as { hours: 2 }, or null; got ${describe(expiry)}`,
  );
}

/** The years that databases, Python and ISO texts of four digits can hold, with room for any zone. */
const FIRST = Date.parse('0001-01-02T00:00:00Z');
const LAST = Date.parse('9999-12-30T00:00:00Z');

/** False for NaN, too. */
function isDate(instant: number): boolean {
  return instant >= FIRST && instant <= LAST;
}

/** The settings that expiry rests on. */
export interface ExpiryBase {
  /** Seconds a session lives when it has no expiry of its own. */
  cookieAge: number;
  /** IANA zone of ISO texts that name none. */
  timeZone: string;
}

/** Seconds until the session ends; whole ones, rounded down, where its end is an instant. Django: `get_expiry_age`. */
export function expiryAge(expiry: unknown, modification: number, base: ExpiryBase): number {
  if (!expiry) return base.cookieAge;
  if (typeof expiry === 'number' || expiry === true) return Number(expiry);
  return Math.floor((instantOf(expiry, base.timeZone) - modification) / 1000);
}

/** The instant the session ends, in milliseconds. Django: `get_expiry_date`. */
export function expiryDate(expiry: unknown, modification: number, base: ExpiryBase): number {
  if (!expiry) return modification + base.cookieAge * 1000;
  if (typeof expiry === 'number' || expiry === true) return modification + Number(expiry) * 1000;
  return instantOf(expiry, base.timeZone);
}

/** Whether the session ends with the browser. Django: `get_expire_at_browser_close`. */
export function endsWithBrowser(expiry: unknown, byDefault: boolean): boolean {
  return expiry === undefined || expiry === null ? byDefault : Number(expiry) === 0 && expiry !== '';
}

function instantOf(expiry: unknown, timeZone: string): number {
  const instant =
    expiry instanceof Date ? expiry.getTime() : typeof expiry === 'string' ? fromIsoText(expiry, timeZone) : null;
  if (instant === null || Number.isNaN(instant)) {
    throw new SessionValueError(EXPIRY_KEY, `is ${describe(expiry)}, which is neither seconds nor a date`);
  }
  return instant;
}

function durationOf(duration: SessionDuration): number | null {
  const parts = Object.entries(duration);
  let total = 0;
  for (const [unit, amount] of parts) {
    if (!Object.hasOwn(UNITS, unit) || typeof amount !== 'number' || !Number.isFinite(amount)) return null;
    total += amount * UNITS[unit as keyof typeof UNITS];
  }
  return parts.length === 0 ? null : total;
}

function describe(value: unknown): string {
  return value instanceof Date
    ? 'an invalid Date'
    : typeof value === 'bigint'
      ? `${value}n`
      : (JSON.stringify(value) ?? String(value));
}
