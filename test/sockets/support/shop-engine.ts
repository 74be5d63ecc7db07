import { DatabaseEngine } from 'nestjs-django-sessions/typeorm';

type Moment = 'load' | 'loaded' | 'create' | 'save' | 'saved' | 'cycle' | 'delete';

/** The database engine, which takes down what it is asked, and is slow or down where a test asks for it. */
export class ShopEngine extends DatabaseEngine {
  readonly asked: string[] = [];
  isDown = false;
  /** What alone fails, where not everything does. */
  failing: Moment | null = null;
  readonly #reached = new Map<Moment, () => void>();
  readonly #held = new Map<Moment, Promise<void>>();

  /** Over when the engine has come to this next. */
  reaches(moment: Moment): Promise<void> {
    return new Promise((resolve) => this.#reached.set(moment, resolve));
  }

  /** Holds the engine up there until the answered function is called; `reached` is over when something waits. */
  hold(moment: Moment): { release: () => void; reached: Promise<void> } {
    let release = () => {};
    const reached = this.reaches(moment);
    const held = new Promise<void>((resolve) => (release = resolve));
    this.#held.set(moment, held);
    return { release, reached };
  }

  reset(): void {
    this.#held.clear();
    this.#reached.clear();
    this.isDown = false;
    this.failing = null;
    this.asked.length = 0;
  }

  /** What was asked in the course of one piece of work. */
  async during(work: () => Promise<unknown>): Promise<string[]> {
    this.asked.length = 0;
    await work();
    return [...this.asked];
  }

  override async load(key: string) {
    await this.#ask('load');
    const stored = await super.load(key);
    await this.#pass('loaded');
    return stored;
  }

  override async create(payload: string, expiresAt: number) {
    await this.#ask('create');
    return super.create(payload, expiresAt);
  }

  override async save(key: string, payload: string, expiresAt: number, expected?: unknown) {
    await this.#ask('save');
    const saved = await super.save(key, payload, expiresAt, expected);
    await this.#pass('saved');
    return saved;
  }

  override async cycle(key: string, payload: string, expiresAt: number, expected?: unknown) {
    await this.#ask('cycle');
    return super.cycle(key, payload, expiresAt, expected);
  }

  override async delete(key: string) {
    await this.#ask('delete');
    return super.delete(key);
  }

  async #ask(moment: Moment): Promise<void> {
    this.asked.push(moment);
    if (this.isDown || this.failing === moment) throw new Error('connection lost');
    await this.#pass(moment);
  }

  async #pass(moment: Moment): Promise<void> {
    const held = this.#held.get(moment);
    this.#held.delete(moment);
    this.#reached.get(moment)?.();
    await held;
  }
}
