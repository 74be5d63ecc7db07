import type { Parameters } from 'fast-check';

/** Runs of a property on a store in this process; FC_RUNS raises it, and all others with it. */
const RUNS = Number(process.env['FC_RUNS'] || 1000);

/** Milliseconds for that many. */
export const PATIENCE = Math.max(60_000, RUNS * 120);

/**
 * How often a property is tried: `share` of what a store in this process gets. What fails prints a seed and
 * a path; FC_SEED and FC_PATH bring that very run back.
 */
export function runs<T>(share = 1): Parameters<T> {
  const { FC_SEED: seed, FC_PATH: path } = process.env;
  return {
    numRuns: Math.max(1, Math.round(RUNS * share)),
    ...(seed && { seed: Number(seed) }),
    ...(path && { path, endOnFailure: true }),
  };
}
