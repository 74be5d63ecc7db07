import { type Clock, systemClock } from '../../core/clock.js';
import { SessionCodec } from '../../core/session-codec.js';
import type { SavedSession, SessionEngine, StoredSession } from '../../core/session-engine.js';
import { isLongEnough } from '../../core/session-key.js';

/** Django's, after the module its engine is in. */
export const SIGNED_COOKIES_SALT = 'django.contrib.sessions.backends.signed_cookies';

export interface SignedCookiesEngineOptions {
  /** The first signs, all verify. Django: SECRET_KEY, SECRET_KEY_FALLBACKS. */
  secrets: readonly (string | Uint8Array)[];
  /** Default: Django's. Another keeps sessions of one secret apart. */
  salt?: string;
  /** Seconds after which a cookie counts no more, whatever expiry the session has. Default two weeks. Django: SESSION_COOKIE_AGE. */
  cookieAge?: number;
  clock?: Clock;
  /** Told of a cookie that does not verify; not of one that is too old. Default: nobody. */
  onCorrupted?: () => void;
}

/**
 * The session is its cookie, signed and dated; nothing is kept on the server. The visitor can read it,
 * cannot change it, and can send an old one again until it is too old: to log out is to ask the browser
 * to forget. Django: `django.contrib.sessions.backends.signed_cookies`.
 */
export class SignedCookiesEngine implements SessionEngine {
  readonly plain = true;
  readonly inCookie = true;
  readonly #codec: SessionCodec;
  readonly #cookieAge: number;
  readonly #clock: Clock;
  readonly #onCorrupted: () => void;

  constructor(options: SignedCookiesEngineOptions) {
    const { secrets, salt = SIGNED_COOKIES_SALT, cookieAge = 1_209_600, clock = systemClock } = options;
    this.#codec = new SessionCodec(secrets, salt);
    this.#cookieAge = cookieAge;
    this.#clock = clock;
    this.#onCorrupted = options.onCorrupted ?? (() => {});
  }

  accepts(key: string): boolean {
    return isLongEnough(key);
  }

  /** Never null: a cookie that does not verify is an empty session, and the visitor gets a good one in its place. */
  async load(key: string): Promise<StoredSession | null> {
    const decoded = this.#codec.decode(key);
    if (typeof decoded === 'string') this.#onCorrupted();
    if (typeof decoded === 'string' || this.#isTooOld(decoded.timestamp)) return { payload: '{}', outdated: true };
    return { payload: decoded.payload };
  }

  /** Nothing is stored under any key. */
  async exists(_key: string): Promise<boolean> {
    return false;
  }

  async create(payload: string): Promise<SavedSession> {
    return { key: this.#codec.encode(payload, this.#clock()) };
  }

  async save(_key: string, payload: string): Promise<SavedSession> {
    return this.create(payload);
  }

  async cycle(_key: string, payload: string): Promise<SavedSession> {
    return this.create(payload);
  }

  async delete(_key: string): Promise<void> {}

  #isTooOld(timestamp: number): boolean {
    return this.#clock() / 1000 - timestamp > this.#cookieAge;
  }
}
