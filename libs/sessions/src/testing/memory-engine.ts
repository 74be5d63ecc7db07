import { type Clock, systemClock } from '../core/clock.js';
import type { SavedSession, SessionEngine, StoredSession } from '../core/session-engine.js';
import { claimSessionKey } from '../core/session-key.js';

interface Held {
  payload: string;
  expiresAt: number;
  version: number;
}

/** Sessions in this object and nowhere else, for tests without a store. Expired ones are forgotten. */
export class MemoryEngine implements SessionEngine {
  readonly plain = true;
  readonly #sessions = new Map<string, Held>();
  readonly #clock: Clock;
  #version = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many sessions are stored. */
  get size(): number {
    return [...this.#sessions.keys()].filter((key) => this.#alive(key)).length;
  }

  /** Forgets every session. */
  clear(): void {
    this.#sessions.clear();
  }

  async load(key: string): Promise<StoredSession | null> {
    return this.#alive(key);
  }

  async exists(key: string): Promise<boolean> {
    return this.#alive(key) !== null;
  }

  async create(payload: string, expiresAt: number): Promise<SavedSession> {
    const key = await claimSessionKey(async (drawn) => !this.#sessions.has(drawn));
    return this.#put(key, payload, expiresAt);
  }

  async save(key: string, payload: string, expiresAt: number, expected?: unknown): Promise<SavedSession | null> {
    return this.#isIn(key, expected) ? this.#put(key, payload, expiresAt) : null;
  }

  async cycle(key: string, payload: string, expiresAt: number, expected?: unknown): Promise<SavedSession | null> {
    const free = await claimSessionKey(async (drawn) => !this.#sessions.has(drawn));
    if (!this.#isIn(key, expected)) return null;
    this.#sessions.delete(key);
    return this.#put(free, payload, expiresAt);
  }

  async delete(key: string): Promise<void> {
    this.#sessions.delete(key);
  }

  #alive(key: string): Held | null {
    const held = this.#sessions.get(key);
    if (held && held.expiresAt > this.#clock()) return held;
    this.#sessions.delete(key);
    return null;
  }

  #isIn(key: string, expected: unknown): boolean {
    const held = this.#alive(key);
    return held !== null && (expected === undefined || held.version === expected);
  }

  #put(key: string, payload: string, expiresAt: number): SavedSession {
    const version = ++this.#version;
    this.#sessions.set(key, { payload, expiresAt, version });
    return { key, version };
  }
}

/**
 * An engine for tests without a database: `SessionsModule.forRoot({ engine: memoryEngine(), secretKey: 'test' })`.
 * `clock`: a `TestClock`, or milliseconds since the epoch; default the system's. Turn the library's own with it:
 * `overrideProvider(SESSION_CLOCK).useValue(clock.read)`.
 */
export function memoryEngine(clock: Clock | { readonly read: Clock } = systemClock): MemoryEngine {
  return new MemoryEngine(typeof clock === 'function' ? clock : clock.read);
}
