/** How the session cookie looks. Django: SESSION_COOKIE_*. */
export interface CookieSettings {
  name: string;
  domain: string | null;
  path: string;
  secure: boolean;
  httpOnly: boolean;
  /** As it is sent; null leaves the attribute out. */
  sameSite: string | null;
  partitioned: boolean;
  priority: 'Low' | 'Medium' | 'High' | null;
}

/**
 * The value of a cookie by Django's reading of the header: the last one of that name counts, and
 * quotes are taken off. Null: not sent.
 */
export function readCookie(header: string | undefined, name: string): string | null {
  if (!header?.includes(name)) return null;
  let found: string | null = null;
  for (const part of header.split(';')) {
    const cut = part.indexOf('=');
    if (nameIn(part, cut) === name) found = valueIn(part, cut);
  }
  return found;
}

/** The values of all cookies whose names are wanted, by the same reading. */
export function readCookiesNamed(header: string, isWanted: (name: string) => boolean): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of header.split(';')) {
    const cut = part.indexOf('=');
    const name = nameIn(part, cut);
    if (isWanted(name)) found.set(name, valueIn(part, cut));
  }
  return found;
}

function nameIn(part: string, cut: number): string {
  return cut < 0 ? '' : part.slice(0, cut).trim();
}

function valueIn(part: string, cut: number): string {
  return unquote(part.slice(cut + 1).trim());
}

function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  return value
    .slice(1, -1)
    .replace(/\\([0-3][0-7][0-7])|\\(.)/g, (_, octal?: string, char?: string) =>
      octal ? String.fromCharCode(parseInt(octal, 8)) : char!,
    );
}

/**
 * The Set-Cookie text that hands out a session, its attributes in Django's order.
 * `age` in seconds, or null to end with the browser; `now` in milliseconds.
 */
export function sessionCookie(settings: CookieSettings, value: string, age: number | null, now: number): string {
  return cookieText(settings, value, {
    expires: age === null ? null : dateText(Math.floor((now + age * 1000) / 1000)),
    maxAge: age === null ? null : Math.trunc(age),
    httpOnly: settings.httpOnly,
    secure: settings.secure,
  });
}

let lastSecond = NaN;
let lastText = '';

/** Most sessions end as long after the present as all others do, so most dates are that of the last one. */
function dateText(second: number): string {
  if (second !== lastSecond) {
    lastText = new Date(second * 1000).toUTCString();
    lastSecond = second;
  }
  return lastText;
}

/** The Set-Cookie text that takes the session cookie away again. */
export function removedCookie(settings: CookieSettings): string {
  return cookieText(settings, '""', {
    expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
    maxAge: 0,
    httpOnly: false,
    // Browsers ignore a removal without Secure where they demand it for setting.
    secure:
      /^__(?:Secure|Host)-/.test(settings.name) || settings.partitioned || settings.sameSite?.toLowerCase() === 'none',
  });
}

interface Attributes {
  expires: string | null;
  maxAge: number | null;
  httpOnly: boolean;
  secure: boolean;
}

function cookieText(
  settings: CookieSettings,
  value: string,
  { expires, maxAge, httpOnly, secure }: Attributes,
): string {
  let text = `${settings.name}=${value}`;
  if (settings.domain) text += `; Domain=${settings.domain}`;
  if (expires !== null) text += `; expires=${expires}`;
  if (httpOnly) text += '; HttpOnly';
  if (maxAge !== null) text += `; Max-Age=${maxAge}`;
  if (settings.partitioned) text += '; Partitioned';
  text += `; Path=${settings.path}`;
  if (settings.priority) text += `; Priority=${settings.priority}`;
  if (settings.sameSite) text += `; SameSite=${settings.sameSite}`;
  if (secure) text += '; Secure';
  return text;
}
