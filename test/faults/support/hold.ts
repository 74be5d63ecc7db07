/** Requests wait here, in the middle of their handlers, until a test lets them go on. */
export class Hold {
  #inside = 0;
  #wake = () => {};
  #release = () => {};
  #released = new Promise<void>((resolve) => (this.#release = resolve));

  async wait(): Promise<void> {
    this.#inside++;
    this.#wake();
    await this.#released;
  }

  /** Settles when so many requests are inside. */
  async until(count: number): Promise<void> {
    while (this.#inside < count) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  release(): void {
    this.#release();
    this.#inside = 0;
    this.#released = new Promise((resolve) => (this.#release = resolve));
  }
}
