import { SessionCreateError, SessionKeyError, SessionNotLoadedError, SessionUpdateError } from './errors.js';
import { endsWithBrowser, EXPIRY_KEY, type SessionExpiry, storedExpiry } from './session-expiry.js';
import { isLongEnough } from './session-key.js';
import type { Data } from './serializer.js';
import type { SessionStore, Snapshot, Written } from './session-store.js';

/**
 * The shape of every session of an application, for its types. Empty here; declare your own members:
 * `declare module 'nestjs-django-sessions' { interface SessionData { cart: string[] } }`.
 */
// oxlint-disable-next-line no-empty-object-type -- it is there to be augmented
export interface SessionData {}

/** A session with no shape declared holds anything. */
export type SessionShape<T> = [keyof T] extends [never] ? Record<string, any> : T;
type Key<T> = keyof SessionShape<T> & string;
type Value<T, K extends Key<T>> = SessionShape<T>[K];

/** What the age and the date of expiry are worked out from. */
export interface ExpiryOptions {
  /** When the session was, or will be, saved. Default: now. */
  modification?: Date;
  /** An expiry in place of the session's own; null: none. */
  expiry?: SessionExpiry;
}

const TEST_COOKIE = 'testcookie';

/**
 * One visitor's session: a dictionary that is kept between requests. Django: `SessionBase`.
 *
 * It is loaded once; from then on reading and writing are synchronous, and only what asks the store
 * is awaited. Touching data before it is loaded throws `SessionNotLoadedError`.
 */
export class Session<T extends object = SessionData> {
  readonly #store: SessionStore;
  #key: string | null;
  #data: Data | null = null;
  /** What the store answered, and is not shown before somebody uses the session. */
  #fetched: Snapshot | 'unknown' | null = null;
  #fetching: Promise<void> | null = null;
  /** What the data rest on; null: nothing in the store, or nothing of it counts any more. */
  #base: Snapshot | null = null;
  /** The text of the data that count as unchanged. */
  #cleanText = '{}';
  readonly #sentKey: string | null;
  #accessed = false;
  #modified = false;
  #saved: { key: string; text: string } | null = null;

  /** `key` is what the visitor sent; fewer than 8 characters count as none. */
  constructor(store: SessionStore, key: string | null = null) {
    this.#store = store;
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
    return this.#modified || (this.#data !== null && this.#differs(this.#data));
  }

  set modified(value: boolean) {
    this.#modified = value;
    if (!value && this.#data) this.#cleanText = this.#text(this.#data);
  }

  /** Whether the data can be read now, without `await`. */
  get isLoaded(): boolean {
    return this.#data !== null || this.#fetched !== null || this.#key === null;
  }

  /** Whether there is neither a key nor any data. Never loads. Django: `is_empty`. */
  isEmpty(): boolean {
    return this.#key === null && (this.#data === null || Object.keys(this.#data).length === 0);
  }

  // ---- data -------------------------------------------------------------------------------------

  /** The data as a plain object (without a prototype): read it, write it, change it deep inside. */
  get data(): SessionShape<T> {
    return this.#open() as SessionShape<T>;
  }

  /** How many keys there are. */
  get size(): number {
    return Object.keys(this.#open()).length;
  }

  /** The value of a key, or the default. A stored null is a value. */
  get<K extends Key<T>>(key: K): Value<T, K> | undefined;
  get<K extends Key<T>, D>(key: K, fallback: D): Value<T, K> | D;
  get(key: string, fallback?: unknown): unknown {
    const data = this.#open();
    return Object.hasOwn(data, key) ? data[key] : fallback;
  }

  /** Sets a value. Throws `SessionValueError` for one the serializer could not give back. */
  set<K extends Key<T>>(key: K, value: Value<T, K>): this {
    this.#put(this.#open(), key, value);
    this.#modified = true;
    return this;
  }

  has(key: Key<T>): boolean {
    return Object.hasOwn(this.#open(), key);
  }

  /** Removes a key. Throws `SessionKeyError` when it is not there. Django: `del session[key]`. */
  delete(key: Key<T>): void {
    const data = this.#open();
    if (!Object.hasOwn(data, key)) throw new SessionKeyError(key);
    delete data[key];
    this.#modified = true;
  }

  /** Removes a key and answers its value, or the default. Without a default, a missing key throws `SessionKeyError`. */
  pop<K extends Key<T>>(key: K): Value<T, K>;
  pop<K extends Key<T>, D>(key: K, fallback: D): Value<T, K> | D;
  pop(key: string, ...fallback: unknown[]): unknown {
    const data = this.#open();
    if (!Object.hasOwn(data, key)) {
      if (fallback.length === 0) throw new SessionKeyError(key);
      return fallback[0];
    }
    const value = data[key];
    delete data[key];
    this.#modified = true;
    return value;
  }

  /** The value of a key, which is set to `value` first if it is absent. Django: `setdefault`. */
  setDefault<K extends Key<T>>(key: K, value: Value<T, K>): Value<T, K> {
    const data = this.#open();
    if (!Object.hasOwn(data, key)) this.set(key, value);
    return data[key] as Value<T, K>;
  }

  /** Sets every member of an object. Counts as a change even if there is none. */
  update(values: Partial<SessionShape<T>>): this {
    const data = this.#open();
    const accepted: Data = Object.create(null);
    for (const [key, value] of Object.entries(values)) this.#put(accepted, key, value);
    for (const key of Object.keys(accepted)) data[key] = accepted[key];
    this.#modified = true;
    return this;
  }

  keys(): Key<T>[] {
    return Object.keys(this.#open()) as Key<T>[];
  }

  values(): Value<T, Key<T>>[] {
    return Object.values(this.#open()) as Value<T, Key<T>>[];
  }

  items(): [Key<T>, Value<T, Key<T>>][] {
    return Object.entries(this.#open()) as [Key<T>, Value<T, Key<T>>][];
  }

  [Symbol.iterator](): Iterator<[Key<T>, Value<T, Key<T>>]> {
    return this.items()[Symbol.iterator]();
  }

  /** Drops all data and keeps the key; need not be loaded first. */
  clear(): void {
    this.#replaceData(Object.create(null) as Data, null);
    this.#accessed = true;
    this.#modified = true;
  }

  /** The data, for `JSON.stringify`. */
  toJSON(): SessionShape<T> {
    return { ...this.#open() } as SessionShape<T>;
  }

  // ---- the store --------------------------------------------------------------------------------

  /**
   * Loads the session, once. A key that the store does not know becomes null: it is never adopted.
   * Throws `SessionStoreError` when the store fails.
   */
  async load(): Promise<this> {
    await this.prefetch();
    this.#forgetUnknownKey();
    return this;
  }

  /** Loads without a trace: nothing shows until the data are used. What `@Session()` does. */
  async prefetch(): Promise<void> {
    const key = this.#key;
    if (this.#data || this.#fetched || key === null) return;
    this.#fetching ??= this.#store
      .load(key)
      .then((snapshot) => {
        this.#fetched = snapshot ?? 'unknown';
      })
      .finally(() => {
        this.#fetching = null;
      });
    return this.#fetching;
  }

  /** Whether a session is stored under this key, expired or not. Django: `exists`. */
  async exists(key: string): Promise<boolean> {
    return this.#store.exists(key);
  }

  /** Stores the data at hand, or none, under a new key. Never loads. Django: `create`. */
  async create(): Promise<void> {
    this.#wrote(await this.#store.create(this.#checked(this.#data ?? (Object.create(null) as Data))));
    this.#accessed = true;
    this.#modified = true;
  }

  /**
   * Saves the session: a stored one is updated, one without a key is created.
   * Throws `SessionUpdateError` if it was deleted meanwhile, and `SessionCreateError` if
   * `mustCreate` is set and it is stored already.
   */
  async save({ mustCreate = false }: { mustCreate?: boolean } = {}): Promise<void> {
    if (this.#key === null) return this.create();
    if (mustCreate) {
      if (await this.exists(this.#key)) throw new SessionCreateError('A session is stored under this key already.');
      return this.create();
    }
    await this.prefetch();
    const data = this.#checked(this.#open());
    if (this.#key === null) throw new SessionUpdateError('No session is stored under this key.');
    // A nested change still counts as one when the data are clean again: the cookie depends on it.
    this.#modified ||= this.#differs(data);
    this.#wrote(await this.#store.save(this.#key, data, this.#base));
  }

  /** Deletes a stored session, this one by default; its data stay at hand. Django: `delete`. */
  async destroy(key: string | null = this.#key): Promise<void> {
    if (key !== null) await this.#store.delete(key);
    if (this.#store.engine.inCookie) return this.#forget();
    if (key !== this.#key) return;
    this.#saved = null;
    if (this.#fetched) this.#fetched = 'unknown';
  }

  /** Ends the session: its data are dropped, the stored one is deleted, and there is no key any more. Log-out. */
  async flush(): Promise<void> {
    const key = this.#key;
    if (key !== null) await this.#store.delete(key);
    this.clear();
    this.#key = null;
    this.#saved = null;
  }

  /**
   * Moves the session to a new key and keeps its data: against session fixation, whenever somebody
   * logs in. What was set before is written in the same step. Django: `cycle_key`.
   */
  async cycleKey(): Promise<void> {
    await this.prefetch();
    const data = this.#checked(this.#open());
    const written =
      this.#key === null ? await this.#store.create(data) : await this.#store.cycle(this.#key, data, this.#base);
    this.#wrote(written);
    this.#modified = true;
  }

  // ---- expiry -----------------------------------------------------------------------------------

  /**
   * When this session shall end: seconds after each save; 0, with the browser; a Date or a duration
   * such as `{ hours: 2 }`, at that instant; null, by the settings. Django: `set_expiry`.
   * Throws `SessionValueError`.
   */
  setExpiry(expiry: SessionExpiry): void {
    const { clock, timeZone } = this.#store.settings;
    const data = this.#open();
    const stored = storedExpiry(expiry, clock(), timeZone);
    if (stored === null && !Object.hasOwn(data, EXPIRY_KEY)) return;
    if (stored === null) delete data[EXPIRY_KEY];
    else data[EXPIRY_KEY] = stored;
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
    this.#open()[TEST_COOKIE] = 'worked';
    this.#modified = true;
  }

  testCookieWorked(): boolean {
    return this.#open()[TEST_COOKIE] === 'worked';
  }

  /** Removes the mark. Throws `SessionKeyError` when there is none. */
  deleteTestCookie(): void {
    this.delete(TEST_COOKIE as Key<T>);
  }

  // ---- for the end of a request -------------------------------------------------------------------

  /** Whether the session has been stored under another key than the visitor sent. */
  get keyChanged(): boolean {
    return this.#saved !== null && this.#saved.key === this.#key && this.#key !== this.#sentKey;
  }

  /** Whether the store already holds exactly these data under this key, written by this object. */
  get isSaved(): boolean {
    return this.#saved?.key === this.#key && this.#data !== null && this.#saved?.text === this.#text(this.#data);
  }

  #open(): Data {
    this.#accessed = true;
    if (this.#data) return this.#data;
    this.#forgetUnknownKey();
    if (this.#key === null) this.#replaceData(Object.create(null) as Data, null);
    else if (this.#fetched && this.#fetched !== 'unknown') {
      this.#replaceData(this.#fetched.data, this.#fetched);
      this.#modified ||= this.#fetched.outdated ?? false;
    } else throw new SessionNotLoadedError();
    this.#fetched = null;
    return this.#data!;
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

  #replaceData(data: Data, base: Snapshot | null): void {
    this.#data = data;
    this.#base = base;
    this.#cleanText = base?.payload ?? '{}';
  }

  #differs(data: Data): boolean {
    const text = this.#text(data);
    if (text === this.#cleanText) return false;
    if (!this.#base || this.#cleanText !== this.#base.payload) return true;
    // Others may write the same data as another text; only then is it worth reading again.
    const { serializer } = this.#store.settings;
    this.#cleanText = serializer.dumps(serializer.loads(this.#base.payload));
    return text !== this.#cleanText;
  }

  #put(data: Data, key: string, value: unknown): void {
    const had = Object.hasOwn(data, key);
    const before = data[key];
    data[key] = value;
    try {
      this.#store.settings.serializer.check?.(data, key);
    } catch (error) {
      if (had) data[key] = before;
      else delete data[key];
      throw error;
    }
  }

  #checked(data: Data): Data {
    const { serializer } = this.#store.settings;
    if (serializer.check) for (const key of Object.keys(data)) serializer.check(data, key);
    return data;
  }

  #text(data: Data): string {
    return this.#store.settings.serializer.dumps(data);
  }

  #wrote(written: Written): void {
    this.#key = written.key;
    this.#data = written.data;
    this.#base = written.version === undefined ? null : written;
    this.#cleanText = written.payload;
    this.#saved = { key: written.key, text: written.payload };
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
