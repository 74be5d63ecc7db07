import { SessionUpdateError } from '../core/errors.js';
import { Session } from '../core/session.js';
import { isLongEnough } from '../core/session-key.js';
import type { SessionStore } from '../core/session-store.js';
import { type CookieSettings, sessionCookie } from './cookie-policy.js';
import { decideEnding, type Ending, ENDINGS } from './ending.js';
import { unfinished } from './express-session/unfinished.js';
import { readSession, removedCookies, type SentSession, spreadSession } from './session-cookies.js';

/** The settings a request adds to those of the session. */
export interface RequestSettings {
  cookie: CookieSettings;
  /** Save, and send the cookie, even where nothing changed. Django: SESSION_SAVE_EVERY_REQUEST. */
  saveEveryRequest: boolean;
  /** Whether `request.session` is what libraries of express-session expect, loaded before every request. */
  expressSession: boolean;
  /** What stands for an error of the store in a request. Default: the error itself. */
  toError?: (error: unknown) => unknown;
  /** Whether rendered views have the session's data as a local. */
  sessionInViews: boolean;
}

/** What the session adds to an answer. */
export interface SessionHeaders {
  setCookies: readonly string[];
  vary: boolean;
}

export const NOTHING: SessionHeaders = { setCookies: [], vary: false };
const VARY: SessionHeaders = { setCookies: [], vary: true };

/** Told when the session of a request is first asked for. */
export interface FirstUseListener {
  used(): void;
}

/** One request's session: made from its cookie when first asked for, ended with its answer. */
export class RequestSession {
  #session: Session | null = null;
  #sent: SentSession | null = null;
  /** The session that could not be saved. */
  #failed: Session | null = null;
  /** The session whose age was renewed, so that its cookie is, too. */
  #renewed: Session | null = null;
  #ended: Promise<SessionHeaders> | null = null;
  /** What was last told of the session. */
  #announcement: { key: string; age: number | null; second: number; headers: SessionHeaders } | null = null;

  constructor(
    readonly store: SessionStore,
    readonly settings: RequestSettings,
    readonly cookieHeader: string | undefined,
    readonly name: string | null = null,
    /** A request that never asks for its session costs nothing more. */
    private readonly listener: FirstUseListener | null = null,
    sent: SentSession | null = null,
  ) {
    this.#sent = sent;
  }

  get session(): Session {
    if (!this.#session) {
      this.#session = new Session(this.store, this.#cookie, this.settings.toError);
      this.markUsed();
    }
    return this.#session;
  }

  /** Has the answer be met as if somebody had asked for the session. */
  markUsed(): void {
    this.listener?.used();
  }

  /** Puts another session in the place of the request's own, as Django's `request.session = …`. */
  set session(session: Session) {
    // `request.session = null` is how some libraries log out; passed over in silence, it would not.
    if (!(session instanceof Session)) {
      throw new TypeError('request.session must be a session; to end the present one, `await session.flush()`');
    }
    const isFirst = this.#session === null;
    this.#session = session;
    if (isFirst) this.markUsed();
  }

  /** Whether the answer has to wait for the store. Decides nothing yet. */
  mustSave(status: number): boolean {
    return this.#underWay !== null || this.#ending(status).action === 'save';
  }

  /**
   * Saves what has to be saved for an answer of this status, and says what the answer has to carry.
   * May be called again when things have changed since; what is stored already is not stored twice.
   * Throws `SessionUpdateError` when changes meet a session that was ended meanwhile, and
   * `SessionCookieTooLargeError` when it has grown over the cookie it lives in.
   */
  end(status: number): Promise<SessionHeaders> {
    // One after another: an answer may start while the handler's value is still being saved.
    const again = () => this.#end(status);
    return (this.#ended = this.#ended ? this.#ended.then(again, again) : again());
  }

  async #end(status: number): Promise<SessionHeaders> {
    for (let work = this.#underWay; work; work = this.#underWay) await work;
    while (this.#ending(status).action === 'save') {
      const { session } = this;
      try {
        const outcome = await this.#save(session);
        // Another one may have been put in its place meanwhile: that is the one which counts.
        if (session !== this.#session) continue;
        if (outcome === 'gone') return this.#removed();
        if (outcome === 'saved') return this.#announced(session);
        break;
      } catch (error) {
        // Whatever is answered in place of this: it is not saved, and there is nothing to tell.
        this.#failed = session;
        throw error;
      }
    }
    return this.headers(status);
  }

  /**
   * Saves what was changed after the headers had left, when no cookie can be told any more.
   * `lost`: a session that is not stored yet, or whose cookie would have to change, was not kept.
   */
  async endLate(status: number): Promise<'nothing' | 'saved' | 'lost'> {
    for (let work = this.#underWay; work; work = this.#underWay) await work;
    if (!this.mustSave(status) || this.session.isSaved) return 'nothing';
    if (this.session.sessionKey === null || this.store.engine.inCookie) return 'lost';
    await this.end(status);
    return this.session.keyChanged ? 'lost' : 'saved';
  }

  /** What an answer carries that need not wait for the store. Never throws: it is on its way. */
  headers(status: number): SessionHeaders {
    return this.#headersFor(this.#ending(status));
  }

  /** The same, or null where the answer has to wait for the store: one look in the place of two. */
  headersNow(status: number): SessionHeaders | null {
    if (this.#underWay) return null;
    const ending = this.#ending(status);
    return ending.action === 'save' ? null : this.#headersFor(ending);
  }

  #headersFor({ action, vary }: Ending): SessionHeaders {
    if (action === 'drop') return this.#removed();
    if (action === 'announce') {
      try {
        return this.#announced(this.session);
      } catch {
        return VARY;
      }
    }
    return vary ? VARY : NOTHING;
  }

  /** `gone`: what was only to be renewed is not there any more, and its cookie goes too. `fresh`: it is too early for that. */
  async #save(session: Session): Promise<'saved' | 'gone' | 'fresh'> {
    const { accessed } = session;
    const modified = isModified(session);
    try {
      await session.load();
      if (session.isEmpty()) return 'gone';
      if (!modified && session !== this.#renewed) {
        if (this.store.settings.touchEvery != null && !session.isStale) return 'fresh';
        this.#renewed = session;
      }
      if (!session.isSaved) await session.save();
      return 'saved';
    } catch (error) {
      if (error instanceof SessionUpdateError && !modified) return 'gone';
      throw error;
    } finally {
      session.accessed = accessed;
    }
  }

  #ending(status: number): Ending {
    const { saveEveryRequest } = this.settings;
    if (!this.#session && !saveEveryRequest && (this.#cookie === null || isLongEnough(this.#cookie))) {
      return ENDINGS.nothing;
    }
    const { session } = this;
    const empty = session.isEmpty();
    const { accessed, keyChanged } = session;
    // With nothing in a store, another key is but a newer cookie, and the old one is as good as it was.
    const { inCookie = false } = this.store.engine;
    // One that could not be saved may still be ended; and if its key changed before, the old one is dead.
    if (session === this.#failed && !empty) {
      return keyChanged && !inCookie ? ENDINGS.announce : ENDINGS.nothing;
    }
    const ending = decideEnding(
      {
        cookieSent: this.#cookie !== null,
        empty,
        accessed,
        modified: isModified(session) || (inCookie && keyChanged),
        keyChanged: keyChanged && !inCookie,
        status,
      },
      this.#mustRenew(session, accessed),
    );
    // What is stored has only to be told; not where the cookie is the store, as it may be too long for that.
    return ending === ENDINGS.save && !inCookie && isStored(session) ? ENDINGS.announce : ending;
  }

  /** Whether the age of an unchanged session is to be renewed, as far as can be told before it is loaded. */
  #mustRenew(session: Session, accessed: boolean): boolean {
    const { saveEveryRequest } = this.settings;
    if (this.store.settings.touchEvery == null || session === this.#renewed)
      return saveEveryRequest || session === this.#renewed;
    return saveEveryRequest ? !session.isLoaded || session.isStale : accessed && session.isStale;
  }

  #announced(session: Session): SessionHeaders {
    const { accessed } = session;
    const age = session.getExpireAtBrowserClose() ? null : session.getExpiryAge();
    session.accessed = accessed;
    const { cookie } = this.settings;
    const { engine, settings } = this.store;
    const now = settings.clock();
    const key = session.sessionKey!;
    if (!engine.inCookie) return this.#announcementOf(key, age, now);
    const { maxCookies = 1 } = engine;
    const setCookies = spreadSession(cookie, key, { age, now }, { maxCookies, further: this.#sentSession.further });
    return { setCookies, vary: true };
  }

  /** Asked for when the session is saved, and again when the answer leaves: mostly in the same second. */
  #announcementOf(key: string, age: number | null, now: number): SessionHeaders {
    const second = Math.floor(now / 1000);
    const last = this.#announcement;
    if (last?.key === key && last.age === age && last.second === second) return last.headers;
    const headers = { setCookies: [sessionCookie(this.settings.cookie, key, age, now)], vary: true };
    this.#announcement = { key, age, second, headers };
    return headers;
  }

  #removed(): SessionHeaders {
    if (this.#cookie === null) return VARY;
    const { cookie } = this.settings;
    return { setCookies: removedCookies(cookie, [cookie.name, ...this.#sentSession.further]), vary: true };
  }

  /** What the handler began and did not wait for: an answer before its end would tell of another state. */
  get #underWay(): Promise<void> | null {
    return this.#session ? (unfinished(this) ?? this.#session.underWay) : null;
  }

  get #cookie(): string | null {
    return this.#sentSession.value;
  }

  get #sentSession(): SentSession {
    return (this.#sent ??= readSession(this.cookieHeader, this.settings.cookie.name, this.store.engine.maxCookies));
  }
}

/** What cannot be written was changed, at least: to save it tells what is wrong. */
function isModified(session: Session): boolean {
  try {
    return session.modified;
  } catch {
    return true;
  }
}

/** Whether the store has these very data already. What cannot be written is not stored. */
function isStored(session: Session): boolean {
  try {
    return session.isSaved;
  } catch {
    return false;
  }
}
