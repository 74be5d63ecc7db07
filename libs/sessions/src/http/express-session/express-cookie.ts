import type { Session } from '../../core/session.js';
import type { CookieSettings } from '../cookie-policy.js';

/** What `Session.setExpiry` takes for these. */
const UNTIL_BROWSER_CLOSES = 0;
const EXPIRED = -1;

/** What the cookie of a view rests on. */
export interface CookieGround {
  session(): Session;
  readonly settings: CookieSettings;
  /** The present, in milliseconds. */
  now(): number;
}

/**
 * `request.session.cookie`, as express-session has it. How long this session lasts can be changed; how
 * its cookie looks is decided for all of them, by the options of `SessionsModule.forRoot`.
 */
export class ExpressCookie {
  readonly #ground: CookieGround;
  /** The expiry of a session that holds nothing yet: it is no reason to store one. */
  #waiting: number | Date | null = null;

  constructor(ground: CookieGround) {
    this.#ground = ground;
    Object.freeze(this);
  }

  /** Milliseconds the session lives if it is saved now; null: until the browser closes. */
  get maxAge(): number | null {
    const { expires } = this;
    return expires && expires.getTime() - Math.trunc(this.#ground.now());
  }

  /**
   * Milliseconds after each save, made up to whole seconds; 0 or less: it has expired. Null or false: until
   * the browser closes. A Date is `expires`. Throws `TypeError`.
   */
  set maxAge(age: number | Date | null | false | undefined) {
    if (age instanceof Date) this.expires = age;
    else if (age === null || age === false || age === undefined) this.#write(UNTIL_BROWSER_CLOSES);
    else if (!Number.isFinite(age)) {
      throw new TypeError('request.session.cookie.maxAge must be a number of milliseconds, or null');
    } else this.#write(age > 0 ? Math.ceil(age / 1000) : EXPIRED);
  }

  /** The instant the session ends if it is saved now; null: when the browser closes. */
  get expires(): Date | null {
    const session = this.#ground.session();
    const modification = new Date(this.#ground.now());
    const waiting = this.#waiting;
    if (waiting !== null)
      return waiting === UNTIL_BROWSER_CLOSES ? null : session.getExpiryDate({ modification, expiry: waiting });
    return session.getExpireAtBrowserClose() ? null : session.getExpiryDate({ modification });
  }

  /** An instant, which no later request moves; null or false: until the browser closes. Throws `TypeError`. */
  set expires(end: Date | null | false | undefined) {
    if (end === null || end === false || end === undefined) this.#write(UNTIL_BROWSER_CLOSES);
    else if (end instanceof Date && !Number.isNaN(end.getTime())) this.#write(end);
    else throw new TypeError('request.session.cookie.expires must be a valid Date, or null');
  }

  /** The same as `maxAge`: that one is not what is left, but what it will be. */
  get originalMaxAge(): number | null {
    return this.maxAge;
  }

  set originalMaxAge(age: number | null) {
    this.maxAge = age;
  }

  get path(): string {
    return this.#ground.settings.path;
  }

  set path(_: unknown) {
    refuse('path', 'cookiePath');
  }

  get domain(): string | undefined {
    return this.#ground.settings.domain ?? undefined;
  }

  set domain(_: unknown) {
    refuse('domain', 'cookieDomain');
  }

  get httpOnly(): boolean {
    return this.#ground.settings.httpOnly;
  }

  set httpOnly(_: unknown) {
    refuse('httpOnly', 'cookieHttpOnly');
  }

  get secure(): boolean {
    return this.#ground.settings.secure;
  }

  set secure(_: unknown) {
    refuse('secure', 'cookieSecure');
  }

  /** In small letters, as express-session has it; false: not sent. */
  get sameSite(): string | false {
    return this.#ground.settings.sameSite?.toLowerCase() ?? false;
  }

  set sameSite(_: unknown) {
    refuse('sameSite', 'cookieSameSite');
  }

  get partitioned(): boolean {
    return this.#ground.settings.partitioned;
  }

  set partitioned(_: unknown) {
    refuse('partitioned', 'cookiePartitioned');
  }

  get priority(): string | undefined {
    return this.#ground.settings.priority?.toLowerCase();
  }

  set priority(_: unknown) {
    refuse('priority', 'cookiePriority');
  }

  toJSON(): object {
    const { originalMaxAge, partitioned, priority, expires, secure, httpOnly, domain, path, sameSite } = this;
    return { originalMaxAge, partitioned, priority, expires, secure, httpOnly, domain, path, sameSite };
  }

  /** Writes the expiry that was set while the session held nothing. */
  settle(): void {
    if (this.#waiting === null) return;
    this.#ground.session().setExpiry(this.#waiting);
    this.#waiting = null;
  }

  #write(expiry: number | Date): void {
    const session = this.#ground.session();
    this.#waiting = expiry;
    // Asked for the data first: only then is a key that the store does not know none any more.
    if (session.size > 0 || session.sessionKey !== null) this.settle();
  }
}

function refuse(name: string, option: string): never {
  throw new TypeError(
    `request.session.cookie.${name} is the same for every session: set ${option} of SessionsModule.forRoot instead`,
  );
}
