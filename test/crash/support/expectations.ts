import { Session } from '../../../libs/sessions/src/core/session.js';
import type { SessionStore } from '../../../libs/sessions/src/core/session-store.js';
import { BEFORE, LOGIN, MINE, type Operation, THEIRS } from './operations.js';

type State = Record<string, unknown> | null;

/** Where an operation was to be done, and what it was to make. */
export interface Scene {
  store: SessionStore;
  key: string;
  newKey: string;
  /** Of `clearExpired`: what is to go. */
  expired: string[];
}

interface Left {
  old: State;
  new: State;
}

const untouched: Left = { old: BEFORE, new: null };
const saved: Left = { old: { ...BEFORE, ...MINE }, new: null };

/** What an operation finds, what it makes of it, and what there may be in between: nothing, where it is one step. */
const STATES: Record<Operation, { before: Left; done: Left; between?: Left }> = {
  create: { before: untouched, done: { old: BEFORE, new: MINE } },
  save: { before: untouched, done: saved },
  takeover: { before: untouched, done: saved },
  merge: {
    before: { old: { ...BEFORE, ...THEIRS }, new: null },
    done: { old: { ...BEFORE, ...THEIRS, ...MINE }, new: null },
  },
  cycleKey: {
    before: untouched,
    // The old key never opens what the log-in has written, and the new one nobody knows yet.
    between: { old: BEFORE, new: { ...BEFORE, ...LOGIN } },
    done: { old: null, new: { ...BEFORE, ...LOGIN } },
  },
  flush: { before: untouched, done: { old: null, new: null } },
  clearExpired: { before: untouched, done: untouched },
};

/** When the process was killed, and where. */
export interface Death {
  /** With everything done. */
  atTheEnd: boolean;
  /** Where a change of key takes more than one step. */
  inSteps: boolean;
}

/** What is wrong with what a process has left that was killed; null: nothing. */
export async function problemAfter(
  operation: Operation,
  scene: Scene,
  { atTheEnd, inSteps }: Death,
): Promise<string | null> {
  const { store, key, newKey, expired } = scene;
  const { before, between, done } = STATES[operation];
  const left = await settled(async () => ({ old: await stateOf(store, key), new: await stateOf(store, newKey) }));
  const allowed = atTheEnd ? [done] : [before, done, ...(inSteps && between ? [between] : [])];
  if (!allowed.some((one) => same(one, left))) return `left ${JSON.stringify(left)}`;

  for (const [name, of] of [
    ['old', key],
    ['new', newKey],
  ] as const) {
    const problem = left[name] && (await problemWithUse(store, of, [before[name], done[name]]));
    if (problem) return `the ${name} key ${problem}`;
  }
  if (operation === 'clearExpired') {
    for (const one of expired) if (await stateOf(store, one)) return 'an expired session is served';
    await store.clearExpired(1);
    for (const one of expired) if (await store.exists(one)) return 'an expired session cannot be cleared';
  }
  return null;
}

/** Who is shown a session must be able to use it as any other, and to end it for good. */
async function problemWithUse(store: SessionStore, key: string, states: State[]): Promise<string | null> {
  const session = await new Session<any>(store, key).load();
  try {
    await session.set('after', true).save();
  } catch (error) {
    return `opens a session that cannot be written: ${(error as Error).name}`;
  }
  const written = await stateOf(store, key);
  // A reader may have been shown what was there before; what was written counts all the same.
  if (!states.some((state) => state && same(written, { ...state, after: true }))) {
    return `holds ${JSON.stringify(written)} after a write`;
  }
  await (await new Session<any>(store, key).load()).flush();
  return (await stateOf(store, key)) ? 'opens a session that was ended' : null;
}

async function stateOf(store: SessionStore, key: string): Promise<State> {
  const found = await store.load(key);
  return found && { ...found.data };
}

/** A server may still be at what the dead process has sent: looked at until it stays the same. */
async function settled<T>(look: () => Promise<T>): Promise<T> {
  let last = await look();
  for (let calm = 0; calm < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const present = await look();
    calm = same(last, present) ? calm + 1 : 0;
    last = present;
  }
  return last;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value)
    .map(([key, member]) => [key, sorted(member)])
    .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1));
}
