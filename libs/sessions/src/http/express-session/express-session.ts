import type { Session, SessionData } from '../../core/session.js';
import type { RequestSession } from '../request-session.js';
import type { ExpressCookie } from './express-cookie.js';
import { type SessionCallback, SessionView, type ViewPlace } from './session-view.js';

/** What a session of express-session has beside its data. Without a callback, a promise. */
export interface ExpressSessionMethods {
  /** The key the session is stored under; null: it is not stored yet. */
  readonly id: string | null;
  /** How long the session lasts, in express-session's words. */
  readonly cookie: ExpressCookie;
  /**
   * Deletes the session from the store and begins a new one: `request.session` is another object
   * then. This one keeps showing the old data.
   */
  regenerate(): Promise<void>;
  regenerate(callback: SessionCallback): this;
  /** Stores the session at once; one that holds nothing, and is not stored, is not. */
  save(): Promise<void>;
  save(callback: SessionCallback): this;
  /** Deletes the session. `request.session` is undefined from the call on, unless that fails. */
  destroy(): Promise<void>;
  destroy(callback: SessionCallback): this;
  /** Loads the session again and drops what was not saved. Fails if it is not stored any more. */
  reload(): Promise<void>;
  reload(callback: SessionCallback): this;
  /** Has a stored session saved, and its cookie renewed, with the answer. */
  touch(): this;
  /** The same as `touch`. */
  resetMaxAge(): this;
}

/** A session of no declared shape holds anything. */
export interface AnyExpressSession extends ExpressSessionMethods {
  [name: string]: any;
}

/** `request.session` where the option `expressSession` is on: the data as members, and express-session's methods. */
export type ExpressSession<T extends object = SessionData> = [keyof T] extends [never]
  ? AnyExpressSession
  : ExpressSessionMethods & Partial<T>;

/** What a request's session is seen through; another one after `regenerate`. */
class Place implements ViewPlace {
  #session: Session;
  #view: SessionView;
  #isVacant = false;

  constructor(
    readonly requestSession: RequestSession,
    readonly face: (error: unknown) => unknown,
  ) {
    this.#session = requestSession.session;
    this.#view = new SessionView(this, this.#session);
  }

  get current(): ExpressSession | undefined {
    const { session } = this.requestSession;
    if (session !== this.#session) {
      this.#session = session;
      this.#show(new SessionView(this, session));
    }
    return this.#isVacant ? undefined : this.#view.proxy;
  }

  renew(from: SessionView): void {
    if (from === this.#view) this.#show(new SessionView(this, this.#session));
  }

  vacate(from: SessionView): void {
    if (from === this.#view) this.#isVacant = true;
  }

  restore(view: SessionView): void {
    if (view === this.#view) this.#isVacant = false;
  }

  #show(view: SessionView): void {
    this.#view = view;
    this.#isVacant = false;
  }
}

const places = new WeakMap<RequestSession, Place>();

/**
 * A request's session as libraries that expect express-session know it; undefined once they have
 * destroyed it. The session must be loaded before its data are used. `face` makes an error of the session
 * what callbacks and promises give.
 */
export function expressSessionOf(
  requestSession: RequestSession,
  face: (error: unknown) => unknown = (error) => error,
): ExpressSession | undefined {
  let place = places.get(requestSession);
  if (!place) places.set(requestSession, (place = new Place(requestSession, face)));
  return place.current;
}
