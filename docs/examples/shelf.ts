import { Injectable } from '@nestjs/common';

/** A store of one process, in the place of whatever yours is. Every method is one atomic step. */
@Injectable()
export class Shelf {
  readonly #entries = new Map<string, { payload: string; expiresAt: number }>();

  /** Null: unknown or expired. */
  get(key: string): string | null {
    const entry = this.#entries.get(key);
    return entry && entry.expiresAt > Date.now() ? entry.payload : null;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** False: the key is taken. */
  insert(key: string, payload: string, expiresAt: number): boolean {
    if (this.#entries.has(key)) return false;
    this.#entries.set(key, { payload, expiresAt });
    return true;
  }

  /** False: not there, or not what was expected. */
  replace(key: string, payload: string, expiresAt: number, expected?: unknown): boolean {
    const entry = this.#entries.get(key);
    if (!entry || (expected !== undefined && entry.payload !== expected)) return false;
    this.#entries.set(key, { payload, expiresAt });
    return true;
  }

  remove(key: string): void {
    this.#entries.delete(key);
  }
}
