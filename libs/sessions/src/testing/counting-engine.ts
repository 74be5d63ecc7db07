import type { SessionEngine } from '../core/session-engine.js';
import { aroundEngine, type EngineMethod } from './around-engine.js';

/** How often each method was called; those that were not are left out. */
export type EngineCounts = Partial<Record<EngineMethod, number>>;

/** What a counting engine has beside what its engine has. */
export interface Counting {
  /** The calls since the last `reset`, those that failed too, as they stand now: `{ load: 1, save: 1 }`. */
  readonly counts: EngineCounts;
  /** How many calls that is in all. */
  readonly total: number;
  /** Counts from nought again. */
  reset(): void;
}

export type CountingEngine<E extends SessionEngine = SessionEngine> = E & Counting;

/** An engine that counts what it is asked: the round trips that a route costs. It does what the engine does. */
export function countingEngine<E extends SessionEngine>(engine: E): CountingEngine<E> {
  let counts: EngineCounts = {};
  const count = (method: EngineMethod, call: () => Promise<unknown>) => {
    counts[method] = (counts[method] ?? 0) + 1;
    return call();
  };
  return aroundEngine<E, Counting>(engine, count, {
    get counts() {
      return { ...counts };
    },
    get total() {
      return Object.values(counts).reduce((sum, times) => sum + times, 0);
    },
    reset() {
      counts = {};
    },
  });
}
