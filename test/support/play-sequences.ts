import { expect } from '@jest/globals';
import { SessionKeyError, SessionCreateError, SessionUpdateError } from '../../libs/sessions/src/core/errors.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { type Steps, take } from './session-steps.js';
import type { StoreUnderTest } from './store-under-test.js';
import type { Vector } from './vectors.js';

const ERRORS: Record<string, unknown> = {
  KeyError: SessionKeyError,
  CreateError: SessionCreateError,
  UpdateError: SessionUpdateError,
};

/** Where ours differs on purpose: after which step, in which fields, and why. */
export interface Departure {
  step: number;
  instead: Record<string, unknown>;
  why: string;
}

/** By the name of the vector; `stored` where something else is left at the end. */
export type Departures = Record<string, { steps: Departure[]; stored?: unknown }>;

/** The name of a case and, where it leaves Django's path, why. */
export function titleOf({ name }: Vector, departures: Departures): string {
  const reasons = new Set(departures[name]?.steps.map(({ why }) => why));
  return reasons.size === 0 ? name : `${name}: ${[...reasons].join('; ')}`;
}

/** Plays one vector of `sequences.json` call by call, and compares what each call answers and leaves behind. */
export async function playSequence(under: StoreUnderTest, vector: Vector, departures: Departures = {}): Promise<void> {
  const { name, in: given, out } = vector;
  const departure = departures[name];
  under.clock.seconds = given.now;
  const cookieAge = given.settings.SESSION_COOKIE_AGE ?? 1_209_600;
  const store = under.store([given.secret], { cookieAge, concurrency: 'overwrite' });
  const open = (key: string | null) => new Session<any>(store, key);
  const steps: Steps = {
    session: open(given.key),
    keys: {},
    open,
    advance: (seconds) => void (under.clock.seconds += seconds),
    clearExpired: () => store.clearExpired(1000),
  };
  for (const [index, expected] of out.steps.entries()) {
    const answer = await take(steps, expected.op).then(
      (result) => ({ result: result ?? null }),
      (error: unknown) => ({ error }),
    );
    const { session } = steps;
    const { accessed } = session;
    const seen = {
      ...answer,
      modified: session.modified,
      accessed,
      key: session.sessionKey,
      empty: session.isEmpty(),
      ...('data' in expected && { data: session.isLoaded ? { ...session.data } : 'not loaded' }),
    };
    session.accessed = accessed;
    const { op, error, result, ...state } = expected;
    const instead = departure?.steps.find(({ step }) => step === index)?.instead ?? {};
    expect({ step: index, op, ...seen }).toMatchObject({
      step: index,
      op,
      // What load() answers is the session here, and its data there.
      ...(op[0] === 'load' || 'result' in instead
        ? {}
        : error
          ? { error: expect.any(ERRORS[error] as never) }
          : { result }),
      ...state,
      ...instead,
    });
  }
  expect(await under.stored(given.secret)).toEqual(departure?.stored ?? out.stored);
}
