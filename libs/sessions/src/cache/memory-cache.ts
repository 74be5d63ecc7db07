import { type Clock, systemClock } from '../core/clock.js';
import type { Cache, CacheEntry, CacheWrite } from './cache.js';

export interface MemoryCacheOptions {
  /** At most this many entries. Default 100000. Django: OPTIONS.MAX_ENTRIES. */
  maxEntries?: number;
  /** At most this many bytes of keys and values together. Default 67108864 (64 MiB). */
  maxBytes?: number;
  clock?: Clock;
}

interface Held {
  /** Its bytes as so many characters: a text takes half of the room of a Buffer. */
  value: string;
  version: number;
  expiresAt: number;
  bytes: number;
}

/** What an entry takes beside its key and its value, roughly: an object, a place in a Map. */
const OVERHEAD_BYTES = 200;

/**
 * A cache in this process alone: other processes do not see it, and a restart empties it. When it is
 * full, the entries that were not used for the longest time go. Django: `LocMemCache`.
 */
export class MemoryCache implements Cache {
  /** In the order of their last use, as a Map keeps the order in which keys were put in. */
  readonly #entries = new Map<string, Held>();
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #clock: Clock;
  #bytes = 0;
  #version = 0;

  constructor({ maxEntries = 100_000, maxBytes = 64 * 1024 * 1024, clock = systemClock }: MemoryCacheOptions = {}) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  /** How many entries are held, expired ones that nobody has met yet included. */
  get size(): number {
    return this.#entries.size;
  }

  /** How many bytes the entries take, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  async get(key: string): Promise<CacheEntry | null> {
    const held = this.#alive(key);
    if (!held) return null;
    this.#entries.delete(key);
    this.#entries.set(key, held);
    return { value: Buffer.from(held.value, 'latin1'), version: held.version };
  }

  async add(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite | null> {
    return this.#alive(key) ? null : this.#write(key, value, expiresAt);
  }

  async set(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite> {
    return this.#write(key, value, expiresAt);
  }

  async replace(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite | null> {
    return this.#alive(key) ? this.#write(key, value, expiresAt) : null;
  }

  async compareAndSet(key: string, version: unknown, value: Buffer, expiresAt: number): Promise<CacheWrite | null> {
    const held = this.#alive(key);
    return held && held.version === version ? this.#write(key, value, expiresAt) : null;
  }

  async move(
    from: string,
    to: string,
    value: Buffer,
    expiresAt: number,
    version?: unknown,
  ): Promise<CacheWrite | 'gone' | 'taken'> {
    const held = this.#alive(from);
    if (!held || (version !== undefined && held.version !== version)) return 'gone';
    if (this.#alive(to)) return 'taken';
    const written = this.#write(to, value, expiresAt);
    this.#drop(from);
    return written;
  }

  async delete(key: string): Promise<void> {
    this.#drop(key);
  }

  async *keys(prefix: string, batchSize: number): AsyncIterable<string[]> {
    const found = [...this.#entries.keys()].filter((key) => key.startsWith(prefix));
    for (let i = 0; i < found.length; i += batchSize) yield found.slice(i, i + batchSize);
  }

  #alive(key: string): Held | undefined {
    const held = this.#entries.get(key);
    if (!held || held.expiresAt > this.#clock()) return held;
    this.#drop(key);
    return undefined;
  }

  #write(key: string, value: Buffer, expiresAt: number): CacheWrite {
    const bytes = OVERHEAD_BYTES + key.length * 2 + value.length;
    if (bytes > this.#maxBytes) {
      throw new RangeError(`A value of ${value.length} bytes does not fit into a memory cache of ${this.#maxBytes}.`);
    }
    this.#drop(key);
    const version = ++this.#version;
    if (!(expiresAt > this.#clock())) return { version };
    this.#entries.set(key, { value: value.toString('latin1'), version, expiresAt, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries && this.#bytes <= this.#maxBytes) break;
      this.#drop(oldest);
    }
    return { version };
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}
