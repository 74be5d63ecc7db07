/**
 * Sessions whose cache entry is out of date and could not be marked as such, because the cache did not
 * answer. They are marked when it answers again; until then this process does not believe what the
 * cache says of them. Without this, a log-out during an outage would be undone by its end.
 */
export class OwedMarks {
  readonly #keys = new Set<string>();
  readonly #limit: number;
  #settling = false;

  /** At most `limit` keys are remembered; the oldest are forgotten first. */
  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size > this.#limit) this.#keys.delete(oldest!);
  }

  paid(key: string): void {
    this.#keys.delete(key);
  }

  /** The cache has answered: marks what is owed, one after another, until it fails again. Never rejects. */
  async settle(mark: (key: string) => Promise<unknown>): Promise<void> {
    if (this.#settling || this.#keys.size === 0) return;
    this.#settling = true;
    try {
      for (const key of this.#keys) {
        await mark(key);
        this.#keys.delete(key);
      }
    } catch {
      // They stay owed.
    } finally {
      this.#settling = false;
    }
  }
}
