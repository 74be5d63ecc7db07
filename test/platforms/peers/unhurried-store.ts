import { type SessionData, Store } from 'express-session';

type Callback<Value = unknown> = (error: unknown, value?: Value) => void;

/** A store of express-session's, with the same handles as `UnhurriedEngine`, and a list of what it was asked. */
export class UnhurriedStore extends Store {
  readonly asked: string[] = [];
  broken = false;
  #gate = Promise.resolve();
  #held = 0;
  #reached = () => {};

  constructor(private readonly inner: Store) {
    super();
  }

  /** Holds writes back, all that come or so many, until the answered function is called. */
  hold(writes = Infinity): { release: () => void; reached: Promise<void> } {
    let release = () => {};
    this.#held = writes;
    this.#gate = new Promise((resolve) => (release = resolve));
    const reached = new Promise<void>((resolve) => (this.#reached = resolve));
    return { release, reached };
  }

  reset(): void {
    this.#held = 0;
    this.broken = false;
    this.asked.length = 0;
  }

  override get(id: string, callback: Callback<SessionData | null>): void {
    this.asked.push('get');
    if (this.broken) return void process.nextTick(callback, new Error('connection lost'));
    this.inner.get(id, callback);
  }

  override set(id: string, session: SessionData, callback: Callback = () => {}): void {
    // What is written is what it was when the store was asked.
    const copy = JSON.parse(JSON.stringify(session)) as SessionData;
    this.#write('set', callback, () => this.inner.set(id, copy, callback));
  }

  override touch(id: string, session: SessionData, callback: Callback = () => {}): void {
    this.#write('touch', callback, () => this.inner.touch!(id, session, callback as () => void));
  }

  override destroy(id: string, callback: Callback = () => {}): void {
    this.#write('destroy', callback, () => this.inner.destroy(id, callback));
  }

  override all(
    callback: (error: unknown, sessions?: Record<string, SessionData> | SessionData[] | null) => void,
  ): void {
    this.inner.all!(callback);
  }

  #write(name: string, callback: Callback, write: () => void): void {
    this.asked.push(name);
    void this.#wait().then(() => (this.broken ? callback(new Error('connection lost')) : write()));
  }

  async #wait(): Promise<void> {
    if (this.#held-- <= 0) return;
    this.#reached();
    await this.#gate;
  }
}
