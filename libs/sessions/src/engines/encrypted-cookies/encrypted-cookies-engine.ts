import { type Clock, systemClock } from '../../core/clock.js';
import type { SavedSession, SessionEngine, StoredSession } from '../../core/session-engine.js';
import { isLongEnough } from '../../core/session-key.js';
import { CookieCipher } from './cookie-cipher.js';

export interface EncryptedCookiesEngineOptions {
  /** The first encrypts, all decrypt. */
  secrets: readonly (string | Uint8Array)[];
  /** A session opens in the cookie it was made for, and in no other. Default `'sessionid'`. */
  cookieName?: string;
  /** Seconds after which a cookie counts no more, whatever expiry the session has. Default two weeks. */
  cookieAge?: number;
  /**
   * Over how many cookies of 4,096 bytes a session may be spread, from 1. Default 2: a browser sends them all
   * in one line, of which nginx and Apache take 8 KB unless told otherwise, and a visitor whose cookies are
   * refused reaches no page any more. Above 2, raise what they take (nginx: `large_client_header_buffers`,
   * and `proxy_buffer_size` for what is answered); Node itself takes 16 KB of headers (`--max-http-header-size`).
   */
  maxCookies?: number;
  clock?: Clock;
  /** Told of a cookie that does not open; not of one that is too old. Default: nobody. */
  onCorrupted?: () => void;
}

/**
 * The session is its cookie, or a few of them, encrypted and dated; nothing is kept on the server.
 * The visitor can neither read nor change it, but can send an old one again until it is too old: to
 * log out is to ask the browser to forget. For the form of the cookie see `CookieCipher`. Django: –.
 */
export class EncryptedCookiesEngine implements SessionEngine {
  readonly plain = true;
  readonly inCookie = true;
  readonly maxCookies: number;
  readonly #cipher: CookieCipher;
  readonly #cookieAge: number;
  readonly #clock: Clock;
  readonly #onCorrupted: () => void;

  constructor(options: EncryptedCookiesEngineOptions) {
    const { secrets, cookieName = 'sessionid', cookieAge = 1_209_600, maxCookies = 2, clock = systemClock } = options;
    this.#cipher = new CookieCipher(secrets, cookieName);
    this.#cookieAge = cookieAge;
    this.maxCookies = maxCookies;
    this.#clock = clock;
    this.#onCorrupted = options.onCorrupted ?? (() => {});
  }

  accepts(key: string): boolean {
    return isLongEnough(key);
  }

  /** Null for whatever is not ours, and for what is too old. */
  async load(key: string): Promise<StoredSession | null> {
    const opened = this.#cipher.open(key);
    if (!opened) this.#onCorrupted();
    if (!opened || this.#clock() - opened.madeAt > this.#cookieAge * 1000) return null;
    // The date lets the library hold a session to a shorter expiry of its own, which a browser need not do.
    return { payload: opened.payload, modifiedAt: opened.madeAt };
  }

  /** Nothing is stored under any key. */
  async exists(_key: string): Promise<boolean> {
    return false;
  }

  async create(payload: string): Promise<SavedSession> {
    return { key: this.#cipher.seal(payload, this.#clock()) };
  }

  async save(_key: string, payload: string): Promise<SavedSession> {
    return this.create(payload);
  }

  async cycle(_key: string, payload: string): Promise<SavedSession> {
    return this.create(payload);
  }

  async delete(_key: string): Promise<void> {}
}
