interface Kept {
  name: string;
  value: string;
  path: string;
  /** False for a cookie that goes when the browser is closed. */
  isPersistent: boolean;
}

/**
 * The cookies of one visitor of one host. Of a cookie's attributes those count that matter there: Max-Age,
 * Expires and Path (RFC 6265). Secure cookies are sent as well, as tests have no TLS.
 */
export class CookieJar {
  #kept: Kept[] = [];

  /** Takes the Set-Cookie texts of an answer to a request of this path. */
  receive(texts: readonly string[], requestPath: string): void {
    for (const text of texts) {
      const [pair = '', ...parts] = text.split(';');
      const [name, value] = split(pair);
      if (name === '' || !pair.includes('=')) continue;
      const attributes = new Map(parts.map((part) => split(part)).map(([key, held]) => [key.toLowerCase(), held]));
      const path = attributes.get('path') ?? '';
      const ahead = millisecondsAhead(attributes);
      const cookie = { name, value, path: path.startsWith('/') ? path : folderOf(requestPath) };
      this.#drop((kept) => kept.name === name && kept.path === cookie.path);
      if (ahead === null || ahead > 0) this.#kept.push({ ...cookie, isPersistent: ahead !== null });
    }
  }

  /** Keeps the cookies of a Cookie header, all with this path. */
  keep(header: string, path: string, isPersistent: boolean): void {
    for (const [name, value] of header.split(';').map(split)) this.#kept.push({ name, value, path, isPersistent });
  }

  /** Takes out a cookie, and those that carry on what it holds: `name.1`, `name.2` … */
  remove(name: string): void {
    this.#drop((kept) => kept.name === name || (kept.name.startsWith(`${name}.`) && /\.\d+$/.test(kept.name)));
  }

  /** What a browser still has when it was closed and opened again. */
  closeBrowser(): void {
    this.#drop(({ isPersistent }) => !isPersistent);
  }

  clear(): void {
    this.#kept = [];
  }

  /** The text of the Cookie header for a request of this path, or of everything; longer paths first, as browsers do. */
  header(requestPath?: string): string {
    return this.#kept
      .filter(({ path }) => requestPath === undefined || isWithin(requestPath, path))
      .sort((one, other) => other.path.length - one.path.length)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  /** The values by name; of two with one name that with the longer path. */
  values(): Record<string, string> {
    const shorterPathsFirst = this.#kept.toSorted((one, other) => one.path.length - other.path.length);
    return Object.fromEntries(shorterPathsFirst.map(({ name, value }) => [name, value]));
  }

  #drop(isMeant: (kept: Kept) => boolean): void {
    this.#kept = this.#kept.filter((kept) => !isMeant(kept));
  }
}

function split(text: string): [name: string, value: string] {
  const cut = text.indexOf('=');
  return cut < 0 ? [text.trim(), ''] : [text.slice(0, cut).trim(), text.slice(cut + 1).trim()];
}

/** How long a cookie is kept; not above 0: not at all; null: as long as the browser is open. Max-Age goes before Expires. */
function millisecondsAhead(attributes: Map<string, string>): number | null {
  const maxAge = attributes.get('max-age') ?? '';
  if (/^-?\d+$/.test(maxAge)) return Number(maxAge) * 1000;
  const expires = Date.parse(attributes.get('expires') ?? '');
  return Number.isNaN(expires) ? null : expires - Date.now();
}

/** The path of a cookie that names none: the folder of what was asked for. */
function folderOf(requestPath: string): string {
  return requestPath.slice(0, requestPath.lastIndexOf('/')) || '/';
}

function isWithin(requestPath: string, path: string): boolean {
  return (
    requestPath === path || (requestPath.startsWith(path) && (path.endsWith('/') || requestPath[path.length] === '/'))
  );
}
