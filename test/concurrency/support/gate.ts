import type { Scheduler } from 'fast-check';

/** Calls of the store, each in a piece, in the order the scheduler decides: it lets go of the next only when all wait. */
export class Gate {
  /** Who is still at work, and how many of their calls wait. */
  readonly #waiting = new Map<string, number>();
  #underWay = 0;
  #wake = () => {};

  constructor(private readonly scheduler: Scheduler) {}

  /** Several actors at once, until all have ended. */
  async run(actors: Record<string, () => Promise<void>>): Promise<void> {
    for (const name of Object.keys(actors)) this.#waiting.set(name, 0);
    const ends = Object.entries(actors).map(async ([name, work]) => {
      try {
        await work();
      } finally {
        this.#waiting.delete(name);
        this.#wake();
      }
    });
    await this.scheduler.waitFor(Promise.all(ends), async (letGo) => {
      await letGo();
      await this.#quiet();
    });
  }

  /** A call of one actor: done when it is its turn, and as one step, as its store does it as one. */
  async pass<R>(actor: string, call: string, ask: () => Promise<R>): Promise<R> {
    this.#count(actor, 1);
    await this.scheduler.schedule(Promise.resolve(), `${actor} ${call}`);
    this.#underWay++;
    this.#count(actor, -1);
    try {
      return await ask();
    } finally {
      this.#underWay--;
      this.#wake();
    }
  }

  #count(actor: string, step: number): void {
    const waiting = this.#waiting.get(actor);
    if (waiting !== undefined) this.#waiting.set(actor, waiting + step);
    this.#wake();
  }

  /** Nobody is between two calls: what comes next depends on nothing but the choice of the scheduler. */
  async #quiet(): Promise<void> {
    for (let tick = 0; tick < 10; tick++) await Promise.resolve();
    while (this.#underWay > 0 || [...this.#waiting.values()].includes(0)) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
      for (let tick = 0; tick < 10; tick++) await Promise.resolve();
    }
  }
}
