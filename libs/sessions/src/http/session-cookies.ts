import { SessionCookieTooLargeError } from '../core/errors.js';
import { type CookieSettings, readCookie, readCookiesNamed, removedCookie, sessionCookie } from './cookie-policy.js';

/** What browsers keep of one cookie at least, and some at most, in bytes: name, value and attributes (RFC 6265, 6.1). */
const COOKIE_BYTES = 4096;

/** What a request says of its session. */
export interface SentSession {
  /** The value of the session's cookie, or of all it is spread over, put together. Null: none was sent. */
  value: string | null;
  /** The names of those cookies that came beside the first. */
  further: readonly string[];
}

const NONE_FURTHER: readonly string[] = [];

/** Reads the session's cookie, and `name.1`, `name.2` … where the engine may spread a session. */
export function readSession(header: string | undefined, name: string, maxCookies = 1): SentSession {
  const first = readCookie(header, name);
  if (maxCookies === 1 || !header?.includes(`${name}.`)) return { value: first, further: NONE_FURTHER };
  const parts = readCookiesNamed(header, (sent) => isPartOf(sent, name));
  let value = first;
  for (let n = 1; value !== null && parts.has(`${name}.${n}`); n++) value += parts.get(`${name}.${n}`)!;
  return { value, further: [...parts.keys()] };
}

function isPartOf(sent: string, name: string): boolean {
  return sent.startsWith(`${name}.`) && /^[1-9]\d?$/.test(sent.slice(name.length + 1));
}

/** How long the cookies last: seconds, or null for as long as the browser is open. And the present, in milliseconds. */
export interface Lifetime {
  age: number | null;
  now: number;
}

/**
 * The Set-Cookie texts that hand out a session which travels in its cookies, and take away those of
 * `further` that it needs no more. Throws `SessionCookieTooLargeError` if it needs more than `maxCookies`.
 */
export function spreadSession(
  settings: CookieSettings,
  value: string,
  { age, now }: Lifetime,
  { maxCookies = 1, further = [] }: { maxCookies?: number; further?: readonly string[] } = {},
): string[] {
  const texts: string[] = [];
  const used = new Set<string>();
  let rest = value;
  let bytes = 0;
  do {
    const name = texts.length === 0 ? settings.name : `${settings.name}.${texts.length}`;
    const textOf = (part: string) => sessionCookie({ ...settings, name }, part, age, now);
    const room = COOKIE_BYTES - Buffer.byteLength(textOf(''));
    // The last one takes all that is left, and where attributes leave no room so does the first: too much.
    const part = texts.length < maxCookies - 1 && room > 0 ? rest.slice(0, room) : rest;
    const text = textOf(part);
    const size = Buffer.byteLength(text);
    bytes += size;
    texts.push(text);
    if (size > COOKIE_BYTES) throw new SessionCookieTooLargeError(bytes, texts.length * COOKIE_BYTES);
    rest = rest.slice(part.length);
    used.add(name);
  } while (rest !== '');
  const stale = further.filter((name) => !used.has(name));
  return [...texts, ...removedCookies(settings, stale)];
}

/** What a browser that was handed this session sends back. Throws `SessionCookieTooLargeError`, as `spreadSession`. */
export function cookieHeader(settings: CookieSettings, value: string, maxCookies?: number): string {
  const texts = spreadSession(settings, value, { age: null, now: 0 }, maxCookies === undefined ? {} : { maxCookies });
  return texts.map((text) => text.slice(0, text.indexOf(';'))).join('; ');
}

/** The Set-Cookie texts that take these cookies away. */
export function removedCookies(settings: CookieSettings, names: readonly string[]): string[] {
  return names.map((name) => removedCookie({ ...settings, name }));
}
