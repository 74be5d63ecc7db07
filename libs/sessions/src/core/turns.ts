/** Does one thing after another. What comes while nothing is under way begins at once. */
export class Turns {
  #last: Promise<unknown> | null = null;

  /** Settles, and never rejects, when what is under way has ended. Null: nothing is. */
  get underWay(): Promise<void> | null {
    return this.#last?.then(noop, noop) ?? null;
  }

  /** Begins when everything asked before has ended, well or badly. */
  take<R>(work: () => Promise<R>): Promise<R> {
    const turn = this.#last ? this.#last.then(work, work) : work();
    this.#last = turn;
    // What is handed out is a promise of its own: a failure that nobody looks at must stay one.
    return turn.finally(() => {
      if (this.#last === turn) this.#last = null;
    });
  }
}

function noop(): void {}
