import { DatabaseEngine } from 'nestjs-django-sessions/typeorm';

/** The database engine, made slow or broken where a test asks for it. */
export class UnhurriedEngine extends DatabaseEngine {
  broken = false;
  writes = 0;
  #gate: Promise<void> | null = null;
  #reached = () => {};

  /** Holds every write back until the answered function is called; `reached` is over when the first one waits. */
  hold(): { release: () => void; reached: Promise<void> } {
    let release = () => {};
    this.#gate = new Promise((resolve) => (release = resolve));
    const reached = new Promise<void>((resolve) => (this.#reached = resolve));
    return { release, reached };
  }

  reset(): void {
    this.#gate = null;
    this.broken = false;
    this.writes = 0;
  }

  override async create(payload: string, expiresAt: number) {
    await this.#before();
    return super.create(payload, expiresAt);
  }

  override async save(key: string, payload: string, expiresAt: number, expected?: unknown) {
    await this.#before();
    return super.save(key, payload, expiresAt, expected);
  }

  async #before(): Promise<void> {
    this.#reached();
    await this.#gate;
    if (this.broken) throw new Error('connection lost');
    this.writes++;
  }
}
