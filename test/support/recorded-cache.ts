import type { Cache, CacheEntry, CacheWrite } from '../../libs/sessions/src/cache/cache.js';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import type { Clock } from '../../libs/sessions/src/core/clock.js';

/** A memory cache whose operations and deadlines a test can look at, and which it can break. */
export class RecordedCache implements Cache {
  readonly #cache: MemoryCache;
  readonly #deadlines = new Map<string, number>();
  /** What was asked, in order. */
  readonly operations: string[] = [];
  /** While it is set, operations fail, or those it answers true for. */
  broken: boolean | ((operation: string) => boolean) = false;
  /** Called before an operation is done: to do something else in between. */
  before: (operation: string, key: string) => Promise<void> | void = () => {};

  constructor(clock: Clock) {
    this.#cache = new MemoryCache({ clock });
  }

  get(key: string): Promise<CacheEntry | null> {
    return this.#do('get', key, () => this.#cache.get(key));
  }

  add(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite | null> {
    return this.#do('add', key, () => this.#cache.add(key, value, expiresAt), expiresAt);
  }

  set(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite> {
    return this.#do('set', key, () => this.#cache.set(key, value, expiresAt), expiresAt);
  }

  replace(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite | null> {
    return this.#do('replace', key, () => this.#cache.replace(key, value, expiresAt), expiresAt);
  }

  compareAndSet(key: string, version: unknown, value: Buffer, expiresAt: number): Promise<CacheWrite | null> {
    return this.#do('compareAndSet', key, () => this.#cache.compareAndSet(key, version, value, expiresAt), expiresAt);
  }

  move(from: string, to: string, value: Buffer, expiresAt: number, version?: unknown) {
    return this.#do('move', to, () => this.#cache.move(from, to, value, expiresAt, version), expiresAt);
  }

  delete(key: string): Promise<void> {
    return this.#do('delete', key, () => this.#cache.delete(key));
  }

  /** What is readable now, by key. */
  async entries(): Promise<{ key: string; value: Buffer; expiresAt: number }[]> {
    const entries = [];
    for (const [key, expiresAt] of [...this.#deadlines].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const entry = await this.#cache.get(key);
      if (entry) entries.push({ key, value: entry.value, expiresAt });
    }
    return entries;
  }

  /** Puts an entry where nobody is told. */
  async plant(key: string, value: Buffer, expiresAt: number): Promise<void> {
    await this.#cache.set(key, value, expiresAt);
    this.#deadlines.set(key, expiresAt);
  }

  async evict(key: string): Promise<void> {
    await this.#cache.delete(key);
  }

  async wipe(): Promise<void> {
    for (const key of this.#deadlines.keys()) await this.#cache.delete(key);
    this.#deadlines.clear();
    this.operations.length = 0;
    this.broken = false;
    this.before = () => {};
  }

  async #do<R>(operation: string, key: string, work: () => Promise<R>, expiresAt?: number): Promise<R> {
    this.operations.push(operation);
    await this.before(operation, key);
    const { broken } = this;
    if (typeof broken === 'function' ? broken(operation) : broken) throw new Error(`cache away at ${key}`);
    const result = await work();
    if (expiresAt !== undefined && result !== null && typeof result !== 'string') this.#deadlines.set(key, expiresAt);
    return result;
  }
}
