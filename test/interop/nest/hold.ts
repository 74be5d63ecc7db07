/** Milliseconds; a test that forgets a request must not keep it for ever. */
const LONGEST = 10_000;

/** Stops a request in the middle, so that something else can happen meanwhile. Like hold.py. */
export class Hold {
  #entered = new Signal();
  #released = new Signal();

  async waitInside(): Promise<void> {
    this.#entered.set();
    const patience = setTimeout(() => this.release(), LONGEST);
    await this.#released.wait;
    clearTimeout(patience);
    this.#entered = new Signal();
    this.#released = new Signal();
  }

  waitUntilEntered(): Promise<void> {
    return this.#entered.wait;
  }

  release(): void {
    this.#released.set();
  }
}

class Signal {
  set!: () => void;
  readonly wait = new Promise<void>((resolve) => (this.set = resolve));
}
