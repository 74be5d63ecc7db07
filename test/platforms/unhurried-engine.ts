import { DatabaseEngine } from 'nestjs-django-sessions/typeorm';

/** The database engine, made slow or broken where a test asks for it. */
export class UnhurriedEngine extends DatabaseEngine {
  broken = false;
  reads = 0;
  writes = 0;
  #writesLeft = Infinity;
  #gate = Promise.resolve();
  #held = 0;
  #reached = () => {};

  /**
   * Holds writes back, all that come or so many, until the answered function is called; `reached` is over
   * when the first one waits.
   */
  hold(writes = Infinity): { release: () => void; reached: Promise<void> } {
    let release = () => {};
    this.#held = writes;
    this.#gate = new Promise((resolve) => (release = resolve));
    const reached = new Promise<void>((resolve) => (this.#reached = resolve));
    return { release, reached };
  }

  /** Breaks after so many writes more. */
  breakAfter(writes: number): void {
    this.#writesLeft = writes;
  }

  reset(): void {
    this.#held = 0;
    this.#writesLeft = Infinity;
    this.broken = false;
    this.reads = 0;
    this.writes = 0;
  }

  override async load(key: string) {
    this.reads++;
    if (this.broken) throw new Error('connection lost');
    return super.load(key);
  }

  override async create(payload: string, expiresAt: number) {
    await this.#before();
    return super.create(payload, expiresAt);
  }

  override async save(key: string, payload: string, expiresAt: number, expected?: unknown) {
    await this.#before();
    return super.save(key, payload, expiresAt, expected);
  }

  override async cycle(key: string, payload: string, expiresAt: number, expected?: unknown) {
    await this.#before();
    return super.cycle(key, payload, expiresAt, expected);
  }

  override async delete(key: string) {
    await this.#before();
    return super.delete(key);
  }

  async #before(): Promise<void> {
    if (this.#held-- > 0) {
      this.#reached();
      await this.#gate;
    }
    if (this.broken || this.#writesLeft-- <= 0) throw new Error('connection lost');
    this.writes++;
  }
}
