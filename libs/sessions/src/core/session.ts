import { SessionCreateError, SessionKeyError, SessionNotLoadedError, SessionUpdateError } from './errors.js';
import { endsWithBrowser, EXPIRY_KEY, type SessionExpiry, storedExpiry } from './session-expiry.js';
import { isLongEnough } from './session-key.js';
import { TEST_COOKIE_KEY, TOUCHED_KEY } from './own-members.js';
import { SessionContents } from './session-contents.js';
import type { Data, SessionSerializer } from './serializer.js';
import type { SessionStore, Snapshot, Written } from './session-store.js';
import { Turns } from './turns.js';

/**
 * The shape of every session of an application, for its types. Empty here; declare your own members:
 * `declare module 'nestjs-django-sessions' { interface SessionData { cart: string[] } }`.
 */
// oxlint-disable-next-line no-empty-object-type -- it is there to be augmented
export interface SessionData {}

/** A session with no shape declared holds anything. */
export type SessionShape<T> = [keyof T] extends [never] ? Record<string, any> : T;
type Key<T> = keyof SessionShape<T> & string;
/** Never undefined, also where a member is optional: a key that is there has a value. */
type Value<T, K extends Key<T>> = Exclude<SessionShape<T>[K], undefined>;

/** What the age and the date of expiry are worked out from. */
export interface ExpiryOptions {
  /** When the session was, or will be, saved. Default: now. */
  modification?: Date;
  /** An expiry in place of the session's own; null: none. */
  expiry?: SessionExpiry;
}

/**
 * One visitor's session: a dictionary that is kept between requests. Django: `SessionBase`.
 *
 * It is loaded once; from then on reading and writing are synchronous, and only what asks the store
 * is awaited. Touching data before it is loaded throws `SessionNotLoadedError`.
 */
export class Session<T extends object = SessionData> {
  readonly #store: SessionStore;
  readonly #toError: ((error: unknown) => unknown) | null;
  #key: string | null;
  #contents: SessionContents | null = null;
  /** What the store answered, and is not shown before somebody uses the session. */
  #fetched: Snapshot | 'unknown' | null = null;
  #fetching: Promise<void> | null = null;
  /** A change of the key was asked for and failed: what is saved later must not go under the old one, which others may know. */
  #owesKey = false;
  readonly #sentKey: string | null;
  #accessed = false;
  #modified = false;
  /** What this object has written; a null text: that may not be what is stored any more. */
  #saved: { key: string; text: string | null } | null = null;
  /** What writes to the store, or replaces the data, waits for its turn: two at once would mix their states. */
  readonly #turns = new Turns();

  /** `key` is what the visitor sent; fewer than 8 characters count as none. `toError`: what stands for an error of the store. */
  constructor(store: SessionStore, key: string | null = null, toError: ((error: unknown) => unknown) | null = null) {
    this.#store = store;
    this.#toError = toError;
    this.#key = isLongEnough(key) ? key : null;
    this.#sentKey = this.#key;
  }

  // ---- state ------------------------------------------------------------------------------------

  /** The key under which the session is stored, or null. Django: `session_key`. */
  get sessionKey(): string | null {
    return this.#key;
  }

  /** Whether the data were looked at or changed in this request. Django: `accessed`. */
  get accessed(): boolean {
    return this.#accessed;
  }

  set accessed(value: boolean) {
    this.#accessed = value;
  }

  /**
   * Whether the data were changed, nested values included. Set it to true to have an unchanged
   * session saved, to false to have the present data count as unchanged. Django: `modified`.
   */
  get modified(): boolean {
    return this.#modified || (this.#contents?.differ ?? false);
  }

  set modified(value: boolean) {
    this.#modified = value;
    if (!value) this.#contents?.settle();
  }

  /** Whether the data can be read now, without `await`. */
  get isLoaded(): boolean {
    return this.#contents !== null || this.#fetched !== null || this.#key === null;
  }

  /** Whether there is neither a key nor any data. Never loads. Django: `is_empty`. */
  isEmpty(): boolean {
    return this.#key === null && (this.#contents?.isEmpty ?? true);
  }

  // ---- data -------------------------------------------------------------------------------------

  /** The data as a plain object (without a prototype): read it, write it, change it deep inside. */
  get data(): SessionShape<T> {
    return this.#handedOut() as SessionShape<T>;
  }

  /** How many keys there are. */
  get size(): number {
    return Object.keys(this.#open()).length;
  }

  /** The value of a key, or the default. A stored null is a value. */
  get<K extends Key<T>>(key: K): Value<T, K> | undefined;
  get<K extends Key<T>, D>(key: K, fallback: D): Value<T, K> | D;
  get(key: string, fallback?: unknown): unknown {
    const contents = this.#used();
    return Object.hasOwn(contents.data, key) ? contents.lend(key) : fallback;
  }

  /** Sets a value. Throws `SessionValueError` for one the serializer could not give back. */
  set<K extends Key<T>>(key: K, value: Value<T, K>): this {
    this.#used().put(key, value);
    this.#modified = true;
    return this;
  }

  has(key: Key<T>): boolean {
    return Object.hasOwn(this.#open(), key);
  }

  /** Removes a key. Throws `SessionKeyError` when it is not there. Django: `del session[key]`. */
  delete(key: Key<T>): void {
    const contents = this.#used();
    if (!Object.hasOwn(contents.data, key)) throw new SessionKeyError(key);
    contents.remove(key);
    this.#modified = true;
  }

  /** Removes a key and answers its value, or the default. Without a default, a missing key throws `SessionKeyError`. */
  pop<K extends Key<T>>(key: K): Value<T, K>;
  pop<K extends Key<T>, D>(key: K, fallback: D): Value<T, K> | D;
  pop(key: string, ...fallback: unknown[]): unknown {
    const contents = this.#used();
    if (!Object.hasOwn(contents.data, key)) {
      if (fallback.length === 0) throw new SessionKeyError(key);
      return fallback[0];
    }
    const value = contents.lend(key);
    contents.remove(key);
    this.#modified = true;
    return value;
  }

  /** The value of a key, which is set to `value` first if it is absent. Django: `setdefault`. */
  setDefault<K extends Key<T>>(key: K, value: Value<T, K>): Value<T, K> {
    const contents = this.#used();
    if (!Object.hasOwn(contents.data, key)) this.set(key, value);
    return contents.lend(key) as Value<T, K>;
  }

  /** Sets every member of an object. Counts as a change even if there is none. */
  update(values: Partial<SessionShape<T>>): this {
    this.#used().putAll(values);
    this.#modified = true;
    return this;
  }

  keys(): Key<T>[] {
    return Object.keys(this.#open()) as Key<T>[];
  }

  values(): Value<T, Key<T>>[] {
    return Object.values(this.#handedOut()) as Value<T, Key<T>>[];
  }

  items(): [Key<T>, Value<T, Key<T>>][] {
    return Object.entries(this.#handedOut()) as [Key<T>, Value<T, Key<T>>][];
  }

  [Symbol.iterator](): Iterator<[Key<T>, Value<T, Key<T>>]> {
    return this.items()[Symbol.iterator]();
  }

  /** Drops all data and keeps the key; need not be loaded first. */
  clear(): void {
    this.#contents = this.#empty();
    this.#accessed = true;
    this.#modified = true;
  }

  /** The data, for `JSON.stringify`. */
  toJSON(): SessionShape<T> {
    return { ...this.#handedOut() } as SessionShape<T>;
  }

  // ---- the store --------------------------------------------------------------------------------

  /**
   * Loads the session, once. A key that the store does not know becomes null: it is never adopted.
   * Throws `SessionStoreError` when the store fails, and `SessionSchemaError` when the data do not fit
   * the option `schema`.
   */
  async load(): Promise<this> {
    await this.prefetch();
    this.#forgetUnknownKey();
    return this;
  }

  /**
   * Drops what was not saved and loads again what the store holds now; a save that is under way ends
   * first. A key that the store does not know any more becomes null, and the session empty, as with
   * `load`; without a key it becomes empty at once. Counts as a look at the data and not as a change.
   * Until it is done the data cannot be touched: they throw `SessionNotLoadedError`. Throws what `load`
   * throws; the session is not loaded then. Django: –.
   */
  reload(): Promise<this> {
    return this.#inTurn(async () => {
      // An answer that is on its way may be older than what was written since.
      await this.#fetching?.catch(() => {});
      this.#contents = null;
      this.#fetched = null;
      this.#modified = false;
      if (this.#saved) this.#saved.text = null;
      await this.prefetch();
      this.#used();
      return this;
    });
  }

  /** Loads without a trace: nothing shows until the data are used. What `@Session()` does. */
  prefetch(): Promise<void> {
    const key = this.#key;
    if (this.#contents || this.#fetched || key === null) return Promise.resolve();
    return (this.#fetching ??= this.#fetch(key));
  }

  async #fetch(key: string): Promise<void> {
    try {
      const snapshot = await this.#store.load(key);
      // Whoever has put data in place meanwhile did so later.
      if (this.#contents === null) this.#fetched = snapshot ?? 'unknown';
    } catch (error) {
      throw this.#toError ? this.#toError(error) : error;
    } finally {
      this.#fetching = null;
    }
  }

  /** Whether a session is stored under this key, expired or not. Django: `exists`. */
  async exists(key: string): Promise<boolean> {
    return this.#faced(this.#store.exists(key));
  }

  /** Stores the data at hand, or none, under a new key. Never loads. Django: `create`. */
  create(): Promise<void> {
    return this.#inTurn(() => this.#create());
  }

  /**
   * Saves the session: a stored one is updated, one without a key is created.
   * Throws `SessionUpdateError` if it was deleted meanwhile, `SessionCreateError` if `mustCreate` is set
   * and it is stored already, and `SessionSchemaError` if the data do not fit the option `schema`.
   */
  save({ mustCreate = false }: { mustCreate?: boolean } = {}): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#key === null) return this.#create();
      if (mustCreate) {
        if (await this.exists(this.#key)) throw new SessionCreateError('A session is stored under this key already.');
        return this.#create();
      }
      await this.prefetch();
      const contents = this.#used();
      const key = this.#key;
      if (key === null) throw new SessionUpdateError('No session is stored under this key.');
      await this.#write(contents, (data, base) =>
        this.#owesKey ? this.#store.cycle(key, data, base) : this.#store.save(key, data, base),
      );
    });
  }

  /** Deletes a stored session, this one by default; its data stay at hand. Django: `delete`. */
  destroy(key?: string | null): Promise<void> {
    return this.#inTurn(async () => {
      const ended = key === undefined ? this.#key : key;
      if (ended !== null) await this.#store.delete(ended);
      if (this.#store.engine.inCookie) return this.#forget();
      if (ended !== this.#key) return;
      this.#saved = null;
      if (this.#fetched) this.#fetched = 'unknown';
    });
  }

  /** Ends the session: its data are dropped, the stored one is deleted, and there is no key any more. Log-out. */
  flush(): Promise<void> {
    return this.#inTurn(async () => {
      // What the store does not know has not to be deleted from it.
      this.#forgetUnknownKey();
      const key = this.#key;
      if (key !== null) await this.#store.delete(key);
      this.clear();
      this.#key = null;
      this.#saved = null;
      this.#owesKey = false;
    });
  }

  /**
   * Moves the session to a new key and keeps its data: against session fixation, whenever somebody
   * logs in. What was set before is written in the same step. Django: `cycle_key`.
   */
  cycleKey(): Promise<void> {
    return this.#inTurn(async () => {
      await this.prefetch();
      const contents = this.#used();
      const key = this.#key;
      this.#owesKey = key !== null;
      await this.#write(contents, (data, base) =>
        key === null ? this.#store.create(data) : this.#store.cycle(key, data, base),
      );
      this.#modified = true;
    });
  }

  // ---- expiry -----------------------------------------------------------------------------------

  /**
   * When this session shall end: seconds after each save; 0, with the browser; a Date or a duration
   * such as `{ hours: 2 }`, at that instant; null, by the settings. Django: `set_expiry`.
   * Throws `SessionValueError`.
   */
  setExpiry(expiry: SessionExpiry): void {
    const { clock, timeZone } = this.#store.settings;
    const contents = this.#used();
    const stored = storedExpiry(expiry, clock(), timeZone);
    if (stored === null && !Object.hasOwn(contents.data, EXPIRY_KEY)) return;
    if (stored === null) contents.remove(EXPIRY_KEY);
    else contents.put(EXPIRY_KEY, stored);
    this.#modified = true;
  }

  /** Seconds until the session ends, if saved at `modification`. Django: `get_expiry_age`. */
  getExpiryAge(options: ExpiryOptions = {}): number {
    const [expiry, modification, data] = this.#expiryFrom(options);
    return this.#store.age(expiry, modification, data);
  }

  /** The instant the session ends, if saved at `modification`. Django: `get_expiry_date`. */
  getExpiryDate(options: ExpiryOptions = {}): Date {
    const [expiry, modification, data] = this.#expiryFrom(options);
    return new Date(this.#store.end(expiry, modification, data));
  }

  /** Whether the cookie goes when the browser closes. Django: `get_expire_at_browser_close`. */
  getExpireAtBrowserClose(): boolean {
    return endsWithBrowser(this.#open()[EXPIRY_KEY], this.#store.settings.expireAtBrowserClose);
  }

  /** Seconds a session lives by the settings. Django: `get_session_cookie_age`. */
  getSessionCookieAge(): number {
    return this.#store.settings.cookieAge;
  }

  // ---- test cookie ------------------------------------------------------------------------------

  /** Leaves a mark to be looked for in the next request: does this browser take cookies? */
  setTestCookie(): void {
    this.#used().put(TEST_COOKIE_KEY, 'worked');
    this.#modified = true;
  }

  testCookieWorked(): boolean {
    return this.#open()[TEST_COOKIE_KEY] === 'worked';
  }

  /** Removes the mark. Throws `SessionKeyError` when there is none. */
  deleteTestCookie(): void {
    this.delete(TEST_COOKIE_KEY as Key<T>);
  }

  // ---- for the end of a request -------------------------------------------------------------------

  /** Whether the session has been stored under another key than the visitor sent. */
  get keyChanged(): boolean {
    return this.#saved !== null && this.#saved.key === this.#key && this.#key !== this.#sentKey;
  }

  /** Settles when what was asked of the store has been done, awaited or not. Null: nothing is under way. */
  get underWay(): Promise<void> | null {
    return this.#turns.underWay;
  }

  /** Whether so long has passed since the session was saved that it is time to renew its age. Looks without a trace. */
  get isStale(): boolean {
    const { touchEvery, clock } = this.#store.settings;
    const fetched = this.#fetched as Snapshot | null;
    const data = this.#contents?.data ?? fetched?.data;
    if (touchEvery == null || this.#key === null || !data) return false;
    const touched = data[TOUCHED_KEY];
    return typeof touched !== 'number' || clock() / 1000 - touched >= touchEvery;
  }

  /** Whether the store already holds exactly these data under this key, written by this object. */
  get isSaved(): boolean {
    return this.#saved !== null && this.#saved.key === this.#key && this.#saved.text === this.#contents?.text;
  }

  #inTurn<R>(work: () => Promise<R>): Promise<R> {
    return this.#faced(this.#turns.take(work));
  }

  /** Fails as whoever made this session would have it. */
  #faced<R>(asked: Promise<R>): Promise<R> {
    const toError = this.#toError;
    if (!toError) return asked;
    return asked.catch((error: unknown) => {
      throw toError(error);
    });
  }

  async #create(): Promise<void> {
    await this.#write(this.#contents ?? this.#empty(), (data) => this.#store.create(data));
    this.#accessed = true;
    this.#modified = true;
  }

  async #write(contents: SessionContents, ask: (data: Data, base: Snapshot | null) => Promise<Written>): Promise<void> {
    const data = contents.checked();
    // A nested change still counts as one when the data are clean again: the cookie depends on it.
    this.#modified ||= contents.differ;
    contents.beginWrite();
    try {
      this.#wrote(await ask(data, contents.base), contents);
    } catch (error) {
      contents.abandonWrite();
      throw error;
    }
  }

  #handedOut(): Data {
    return this.#used().lendAll();
  }

  #open(): Readonly<Data> {
    return this.#used().data;
  }

  #used(): SessionContents {
    this.#accessed = true;
    return (this.#contents ??= this.#loaded());
  }

  #loaded(): SessionContents {
    this.#forgetUnknownKey();
    if (this.#key === null) return this.#empty();
    const fetched = this.#fetched as Snapshot | null;
    if (fetched === null) throw new SessionNotLoadedError();
    this.#fetched = null;
    this.#modified ||= fetched.outdated ?? false;
    return SessionContents.loaded(fetched, this.#serializer);
  }

  #empty(): SessionContents {
    return SessionContents.empty(this.#serializer);
  }

  get #serializer(): SessionSerializer {
    return this.#store.settings.serializer;
  }

  /** Where nothing is in a store, a session ends by having its cookie taken away. */
  #forget(): void {
    const { accessed } = this;
    this.clear();
    this.#accessed = accessed;
    this.#key = null;
  }

  #forgetUnknownKey(): void {
    if (this.#fetched !== 'unknown') return;
    this.#key = null;
    this.#fetched = null;
  }

  #wrote(written: Written, before: SessionContents): void {
    const { key, payload } = written;
    this.#key = key;
    this.#owesKey = false;
    this.#saved = { key, text: payload };
    // What was put in their place meanwhile, by `clear()`, came later.
    if (this.#contents === null || this.#contents === before) this.#contents = before.afterWrite(written);
  }

  #expiryFrom(options: ExpiryOptions): [expiry: unknown, modification: number, data: Data | null] {
    const { clock, timeZone } = this.#store.settings;
    const modification = options.modification?.getTime() ?? clock();
    if (options.expiry === undefined) {
      const data = this.#open();
      return [data[EXPIRY_KEY], modification, data];
    }
    return [storedExpiry(options.expiry, clock(), timeZone), modification, null];
  }
}
