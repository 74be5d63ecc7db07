import { SessionUpdateError } from '../core/errors.js';
import { Session } from '../core/session.js';
import { isLongEnough } from '../core/session-key.js';
import type { SessionStore } from '../core/session-store.js';
import { type CookieSettings, readCookie, removedCookie, sessionCookie } from './cookie-policy.js';
import { decideEnding } from './ending.js';

/** The settings a request adds to those of the session. */
export interface RequestSettings {
  cookie: CookieSettings;
  /** Save, and send the cookie, even where nothing changed. Django: SESSION_SAVE_EVERY_REQUEST. */
  saveEveryRequest: boolean;
}

/** What the session adds to an answer. */
export interface SessionHeaders {
  setCookie: string | null;
  vary: boolean;
}

const NOTHING: SessionHeaders = { setCookie: null, vary: false };

/** One request's session: made from its cookie when first asked for, ended with its answer. */
export class RequestSession {
  #session: Session | null = null;
  #sent: string | null | undefined;
  #failed = false;
  #ended: Promise<SessionHeaders> = Promise.resolve(NOTHING);

  constructor(
    readonly store: SessionStore,
    readonly settings: RequestSettings,
    readonly cookieHeader: string | undefined,
  ) {}

  get session(): Session {
    return (this.#session ??= new Session(this.store, this.#cookie));
  }

  /** Puts another session in the place of the request's own, as Django's `request.session = …`. */
  set session(session: Session) {
    this.#session = session;
  }

  /** Whether the answer has to wait for the store. Decides nothing yet. */
  mustSave(status: number): boolean {
    return this.#ending(status).action === 'save';
  }

  /**
   * Saves what has to be saved for an answer of this status, and says what the answer has to carry.
   * May be called again when things have changed since; what is stored already is not stored twice.
   * Throws `SessionUpdateError` when changes meet a session that was ended meanwhile.
   */
  end(status: number): Promise<SessionHeaders> {
    // One after another: an answer may start while the handler's value is still being saved.
    const before = this.#ended.catch(() => NOTHING);
    return (this.#ended = before.then(() => this.#end(status)));
  }

  async #end(status: number): Promise<SessionHeaders> {
    if (!this.mustSave(status)) return this.headers(status);
    try {
      return (await this.#save()) ? this.#announced() : this.#removed();
    } catch (error) {
      // Whatever is answered in place of this: it is not saved, and there is nothing to tell.
      this.#failed = true;
      throw error;
    }
  }

  /** What an answer carries that need not wait for the store. */
  headers(status: number): SessionHeaders {
    const { action, vary } = this.#ending(status);
    if (action === 'drop') return this.#removed();
    if (action === 'announce') return this.#announced();
    return vary ? { setCookie: null, vary } : NOTHING;
  }

  /** False: the session that was only touched is gone, and its cookie goes too. */
  async #save(): Promise<boolean> {
    const { session } = this;
    const { accessed, modified } = session;
    try {
      await session.load();
      if (session.isEmpty()) return false;
      if (!session.isSaved) await session.save();
      return true;
    } catch (error) {
      if (error instanceof SessionUpdateError && !modified) return false;
      throw error;
    } finally {
      session.accessed = accessed;
    }
  }

  #ending(status: number) {
    if (this.#failed) return { action: 'none', vary: false } as const;
    const session = this.#session;
    if (!session && !this.settings.saveEveryRequest && (this.#cookie === null || isLongEnough(this.#cookie))) {
      return { action: 'none', vary: false } as const;
    }
    const { accessed, modified, keyChanged } = this.session;
    const outcome = {
      cookieSent: this.#cookie !== null,
      empty: this.session.isEmpty(),
      accessed,
      modified,
      keyChanged,
      status,
    };
    return decideEnding(outcome, this.settings.saveEveryRequest);
  }

  #announced(): SessionHeaders {
    const { session } = this;
    const { accessed } = session;
    const age = session.getExpireAtBrowserClose() ? null : session.getExpiryAge();
    session.accessed = accessed;
    return {
      setCookie: sessionCookie(this.settings.cookie, session.sessionKey!, age, this.store.settings.clock()),
      vary: true,
    };
  }

  #removed(): SessionHeaders {
    return { setCookie: removedCookie(this.settings.cookie), vary: true };
  }

  get #cookie(): string | null {
    return (this.#sent ??= readCookie(this.cookieHeader, this.settings.cookie.name));
  }
}
