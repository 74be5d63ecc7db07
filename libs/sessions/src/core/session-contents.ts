import { carryOver } from './carried-numbers.js';
import { changesBetween } from './changes.js';
import type { Data, SessionSerializer } from './serializer.js';
import type { Snapshot, Written } from './session-store.js';

const EMPTY = '{}';

/** The data of a session at hand, and whether they are still what they were. */
export class SessionContents {
  #data: Data;
  /** The text that the data were read from, as long as they were only looked at. */
  #peeked: string | null = null;
  /** The text of the data that count as unchanged. */
  #cleanText: string;
  /** Whether something was set since the data were last written, or are being written. */
  #isChanged = false;
  /** Whether an object was handed out that may be changed deep inside. */
  #isHandedOut = false;

  /** `base` is what the data rest on; null: nothing in the store, or nothing of it counts any more. */
  private constructor(
    data: Data,
    readonly base: Snapshot | null,
    private readonly serializer: SessionSerializer,
    cleanText: string,
  ) {
    this.#data = data;
    this.#cleanText = cleanText;
  }

  static empty(serializer: SessionSerializer): SessionContents {
    return new SessionContents(Object.create(null) as Data, null, serializer, EMPTY);
  }

  static loaded(snapshot: Snapshot, serializer: SessionSerializer): SessionContents {
    const contents = new SessionContents(snapshot.data, snapshot, serializer, snapshot.payload);
    if (serializer.settle) contents.#peeked = snapshot.payload;
    return contents;
  }

  /** To be looked at, and no further than to what is no object. */
  get data(): Readonly<Data> {
    return this.#data;
  }

  get isEmpty(): boolean {
    return Object.keys(this.data).length === 0;
  }

  /** The value of a key, which may be an object that its new owner changes. */
  lend(key: string): unknown {
    const value = this.#data[key];
    return typeof value === 'object' && value !== null ? this.lendAll()[key] : value;
  }

  /** The data themselves. */
  lendAll(): Data {
    const data = this.#own();
    this.#isHandedOut = true;
    return data;
  }

  /** What would be stored now. */
  get text(): string {
    return this.#mayDiffer ? this.serializer.dumps(this.#data) : this.#cleanText;
  }

  /** Whether the data were changed, nested values included. */
  get differ(): boolean {
    if (!this.#mayDiffer) return false;
    const { text } = this;
    if (text === this.#cleanText) return false;
    if (!this.base || this.#cleanText !== this.base.payload) return true;
    // Others may write the same data as another text; only then is it worth reading again.
    this.#cleanText = this.serializer.dumps(this.serializer.loads(this.base.payload));
    return text !== this.#cleanText;
  }

  /** Has the present data count as unchanged. */
  settle(): void {
    this.#cleanText = this.text;
  }

  /** Sets a value. Throws `SessionValueError`, and sets nothing then. */
  put(key: string, value: unknown): void {
    const data = this.#own();
    this.#isChanged = true;
    // Whoever gave it may hold on to it.
    if (typeof value === 'object' && value !== null) this.#isHandedOut = true;
    this.#put(data, key, value);
  }

  /** Sets all of the values, or none. */
  putAll(values: object): void {
    const data = this.#own();
    this.#isChanged = true;
    this.#isHandedOut = true;
    const accepted: Data = Object.create(null);
    for (const [key, value] of Object.entries(values)) this.#put(accepted, key, value);
    for (const key of Object.keys(accepted)) data[key] = accepted[key];
  }

  remove(key: string): void {
    const data = this.#own();
    this.#isChanged = true;
    delete data[key];
  }

  /** The data are about to be written: what is set from now on is a change to what was. */
  beginWrite(): void {
    this.#isChanged = false;
  }

  /** They were not, after all. */
  abandonWrite(): void {
    this.#isChanged = true;
  }

  /**
   * What it is once these data were written: in the same object, which a handler may hold, or a part of it; with
   * what others had changed meanwhile, except where it was changed again since.
   */
  afterWrite(written: Written): SessionContents {
    const { serializer } = this;
    const data = this.#own();
    const { given, payload, version } = written;
    if (given !== undefined) {
      const then = serializer.loads(given);
      const since = changesBetween(then, data, serializer);
      for (const [key, text] of changesBetween(then, written.data, serializer)) {
        if (since.has(key)) continue;
        if (text === null) delete data[key];
        else data[key] = written.data[key];
      }
      carryOver(written.data, data);
    }
    const after = new SessionContents(data, version === undefined ? null : written, serializer, payload);
    after.#isChanged = this.#isChanged;
    after.#isHandedOut = this.#isHandedOut;
    return after;
  }

  /** The data, as fit to be stored: nested values may have been changed since they were set. Throws `SessionValueError`. */
  checked(): Data {
    const { serializer } = this;
    const data = this.#own();
    // What was set was looked at then.
    if (this.#isHandedOut && serializer.check) for (const key of Object.keys(data)) serializer.check(data, key);
    return data;
  }

  /** The data as they may be changed and written: exactly what was read. */
  #own(): Data {
    if (this.#peeked !== null) {
      this.#data = this.serializer.settle!(this.#data, this.#peeked);
      this.#peeked = null;
    }
    return this.#data;
  }

  /** Writing the data out, to see whether they differ, is the dearest part of reading a session. */
  get #mayDiffer(): boolean {
    return this.#isChanged || this.#isHandedOut;
  }

  #put(data: Data, key: string, value: unknown): void {
    const had = Object.hasOwn(data, key);
    const before = data[key];
    data[key] = value;
    try {
      this.serializer.check?.(data, key);
    } catch (error) {
      if (had) data[key] = before;
      else delete data[key];
      throw error;
    }
  }
}
