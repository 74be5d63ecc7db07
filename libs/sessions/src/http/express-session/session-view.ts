import { Session } from '../../core/session.js';
import type { Data } from '../../core/serializer.js';
import type { RequestSession } from '../request-session.js';
import { ExpressCookie } from './express-cookie.js';
import type { ExpressSession } from './express-session.js';
import { inTurn } from './unfinished.js';
import { VIEW_HANDLER } from './view-handler.js';

const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** Called once, later, with what went wrong, if anything. */
export type SessionCallback = (error?: unknown) => void;

/** Where a view is `request.session`. */
export interface ViewPlace {
  readonly requestSession: RequestSession;
  /** Makes an error of the session what the caller shall see. */
  readonly face: (error: unknown) => unknown;
  /** Another view is `request.session` from now on. */
  renew(from: SessionView): void;
  /** There is no `request.session` any more; or again, as it could not be ended. */
  vacate(from: SessionView): void;
  restore(view: SessionView): void;
}

/** What stands behind one view of a session: the data of its members, and what its methods do. */
export class SessionView {
  readonly proxy: ExpressSession;
  readonly cookie: ExpressCookie;
  readonly #place: ViewPlace;
  #session: Session;
  /** Once the session has ended: the key it had. The view goes on showing a copy. */
  #endedKey: string | null | undefined;

  constructor(place: ViewPlace, session: Session) {
    const { settings, store } = place.requestSession;
    this.#place = place;
    this.#session = session;
    this.cookie = new ExpressCookie({
      session: () => this.#session,
      settings: settings.cookie,
      now: store.settings.clock,
    });
    this.proxy = new Proxy(this, VIEW_HANDLER) as unknown as ExpressSession;
  }

  // ---- data -------------------------------------------------------------------------------------

  get data(): Data {
    return this.#session.data;
  }

  put(name: string, value: unknown): void {
    // What JSON would leave out is not there. Some libraries take their members back this way.
    if (value === undefined) return this.remove(name);
    const { data } = this;
    // Nothing was changed, as express-session sees it too: `req.session.list = req.session.list || []`.
    if (Object.hasOwn(data, name) && data[name] === value) return;
    this.#session.set(name as never, value as never);
    this.cookie.settle();
  }

  remove(name: string): void {
    if (Object.hasOwn(this.data, name)) this.#session.delete(name as never);
  }

  // ---- what express-session's sessions have -----------------------------------------------------

  get id(): string | null {
    if (this.#isEnded) return this.#endedKey!;
    // Until the data are asked for, a key that the store does not know may still be shown.
    void this.data;
    return this.#session.sessionKey;
  }

  readonly regenerate = (callback?: SessionCallback | null) =>
    this.#perform(async () => {
      this.#mustBePresent();
      await this.#end();
      this.#place.renew(this);
    }, callback);

  readonly destroy = (callback?: SessionCallback | null) => {
    const done = this.#perform(async () => {
      try {
        if (!this.#isEnded) await this.#end();
        this.#place.vacate(this);
      } catch (error) {
        this.#place.restore(this);
        throw error;
      }
    }, callback);
    // Not only when it is done: express-session's is gone at once.
    this.#place.vacate(this);
    return done;
  };

  readonly save = (callback?: SessionCallback | null) =>
    this.#perform(async () => {
      this.#mustBePresent();
      const session = this.#session;
      if (session.size > 0 || session.sessionKey !== null) await session.save();
    }, callback);

  readonly reload = (callback?: SessionCallback | null) =>
    this.#perform(async () => {
      this.#mustBePresent();
      if (this.id !== null) await this.#session.reload();
      if (this.id === null) throw new Error('failed to load session');
    }, callback);

  readonly touch = (): ExpressSession => {
    if (!this.#isEnded && this.id !== null) this.#session.modified = true;
    return this.proxy;
  };

  readonly resetMaxAge = this.touch;

  /** What `console.log(request.session)` shows; it is no use of the data. */
  readonly [INSPECT] = (): object => {
    const { accessed, isLoaded } = this.#session;
    const shown = isLoaded ? { ...this.proxy } : {};
    this.#session.accessed = accessed;
    return shown;
  };

  // -----------------------------------------------------------------------------------------------

  get #isEnded(): boolean {
    return this.#endedKey !== undefined;
  }

  #mustBePresent(): void {
    if (!this.#isEnded) return;
    throw new Error(
      'This session was ended by regenerate() or destroy(); what is left is a copy of its data. The present one is request.session.',
    );
  }

  /** Ends the session in the store, and leaves this view a copy of what it held. */
  async #end(): Promise<void> {
    const session = this.#session;
    const { data } = session;
    const key = session.sessionKey;
    await session.flush();
    const copy = new Session(this.#place.requestSession.store);
    Object.assign(copy.data, data);
    this.#session = copy;
    this.#endedKey = key;
  }

  #perform(work: () => Promise<void>, callback?: SessionCallback | null): ExpressSession | Promise<void> {
    if (callback !== undefined && callback !== null && typeof callback !== 'function') {
      throw new TypeError('a callback must be a function');
    }
    const { requestSession, face } = this.#place;
    const turn = inTurn(requestSession, () =>
      work().catch((error: unknown) => {
        throw face(error);
      }),
    );
    if (!callback) return turn;
    // Outside of the promise: what a callback throws is its own, and nobody would hear of it.
    turn.then(
      () => process.nextTick(callback),
      (error: unknown) => process.nextTick(callback, error),
    );
    return this.proxy;
  }
}
