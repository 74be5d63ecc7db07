import type { RequestSession } from '../request-session.js';

const last = new WeakMap<RequestSession, Promise<unknown>>();

/**
 * Does what is asked of `request.session` one after another, awaited or not: a session that is saved
 * while it is being ended would come back. As with express-session nobody has to look at the promise:
 * a failure that is passed over does not end the process.
 */
export function inTurn<R>(requestSession: RequestSession, work: () => Promise<R>): Promise<R> {
  const before = last.get(requestSession);
  const turn = before ? before.then(work, work) : work();
  last.set(requestSession, turn);
  const done = () => {
    if (last.get(requestSession) === turn) last.delete(requestSession);
  };
  turn.then(done, done);
  return turn;
}

/** What was begun on `request.session` and is not finished; it never rejects. Null: nothing. */
export function unfinished(requestSession: RequestSession): Promise<void> | null {
  return last.get(requestSession)?.then(noop, noop) ?? null;
}

function noop(): void {}
