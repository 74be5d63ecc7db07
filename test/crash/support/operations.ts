import { jsonSerializer } from '../../../libs/sessions/src/core/json-serializer.js';
import { Session } from '../../../libs/sessions/src/core/session.js';
import type { SessionEngine } from '../../../libs/sessions/src/core/session-engine.js';
import { SessionStore } from '../../../libs/sessions/src/core/session-store.js';

export const OPERATIONS = ['create', 'save', 'cycleKey', 'flush', 'merge', 'clearExpired', 'takeover'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What a session holds before, and what is added to it: by another request, by this one, by a log-in. */
export const BEFORE = { cart: ['tea'], visits: 1 };
export const THEIRS = { theirs: true };
export const MINE = { cart: ['tea', 'cake'], visits: 2 };
export const LOGIN = { _auth_user_id: '7', _auth_user_backend: 'model', _auth_user_hash: 'hash of 7' };

/** Seconds. Caches forget by themselves what a test has left. */
export const AGE = 600;

export function storeOf(engine: SessionEngine, clock: () => number): SessionStore {
  return new SessionStore(engine, {
    cookieAge: AGE,
    expireAtBrowserClose: false,
    absoluteAge: null,
    timeZone: 'UTC',
    concurrency: 'merge',
    serializer: jsonSerializer,
    clock,
  });
}

/** Does what comes before the operation, and answers what is to be interrupted. */
export async function prepared(
  operation: Operation,
  store: SessionStore,
  key: string,
): Promise<() => Promise<unknown>> {
  if (operation === 'create') return () => new Session<any>(store).update(MINE).save();
  if (operation === 'clearExpired') return () => store.clearExpired(1);
  const session = await new Session<any>(store, key).load();
  switch (operation) {
    case 'cycleKey':
      session.update(LOGIN);
      return () => session.cycleKey();
    case 'flush':
      return () => session.flush();
    case 'merge':
      await (await new Session<any>(store, key).load()).update(THEIRS).save();
  }
  session.update(MINE);
  return () => session.save();
}
