import { SessionKeyError } from '../../libs/sessions/src/core/errors.js';
import type { SessionExpiry } from '../../libs/sessions/src/core/session-expiry.js';
import type { Session } from '../../libs/sessions/src/core/session.js';

/** A call of the vectors: its name in Python and its arguments. */
export type Step = [name: string, ...args: any[]];

export interface Steps {
  session: Session<any>;
  /** Keys that were put by, for `$name`. */
  keys: Record<string, string | null>;
  open(key: string | null): Session<any>;
  advance(seconds: number): void;
  clearExpired(): Promise<unknown>;
}

/** What an argument of Django's set_expiry is here; a datetime of Python's is an ISO text, which keeps its offset. */
export function expiryOf([kind, value]: [string, any]): SessionExpiry {
  return kind === 'delta' ? { seconds: value } : kind === 'none' ? null : value;
}

/** Calls that the data must be loaded for, where Django loads by itself. */
const READS = new Set(
  [
    'get getitem set mutate del has keys values items pop setdefault update set_expiry get_expiry_age get_expiry_date',
    'get_expire_at_browser_close set_test_cookie test_cookie_worked delete_test_cookie',
  ].flatMap((names) => names.split(' ')),
);

/** Makes one call, and answers what it answers in the form the vectors have it. */
export async function take(steps: Steps, [name, ...given]: Step): Promise<unknown> {
  const args = structuredClone(given);
  const { session } = steps;
  const key = (text: string) => (text.startsWith('$') ? steps.keys[text.slice(1)]! : text);
  if (READS.has(name)) await session.prefetch();
  switch (name) {
    case 'get':
      return session.get(args[0], args[1] ?? null);
    case 'getitem':
      if (!session.has(args[0])) throw new SessionKeyError(args[0]);
      return session.get(args[0]);
    case 'set':
      return void session.set(args[0], args[1]);
    case 'mutate':
      session.data[args[0]][args[1]] = args[2];
      return null;
    case 'del':
      return session.delete(args[0]);
    case 'has':
      return session.has(args[0]);
    case 'keys':
      return session.keys();
    case 'values':
      return session.values();
    case 'items':
      return session.items();
    case 'pop':
      return args.length > 1 ? session.pop(args[0], args[1]) : session.pop(args[0]);
    case 'setdefault':
      return session.setDefault(args[0], args[1]);
    case 'update':
      return void session.update(args[0]);
    case 'clear':
      return session.clear();
    case 'is_empty':
      return session.isEmpty();
    case 'flush':
      return session.flush();
    case 'cycle_key':
      return session.cycleKey();
    case 'create':
      return session.create();
    case 'save':
      return session.save({ mustCreate: args[0] ?? false });
    case 'load':
      return void (await session.load());
    case 'exists':
      return session.exists(key(args[0]));
    case 'delete':
      return args.length > 0 ? session.destroy(key(args[0])) : session.destroy();
    case 'set_expiry':
      return session.setExpiry(expiryOf(args[0]));
    case 'get_expiry_age':
      return session.getExpiryAge();
    case 'get_expiry_date':
      return session.getExpiryDate();
    case 'get_expire_at_browser_close':
      return session.getExpireAtBrowserClose();
    case 'set_test_cookie':
      return session.setTestCookie();
    case 'test_cookie_worked':
      return session.testCookieWorked();
    case 'delete_test_cookie':
      return session.deleteTestCookie();
    case 'flags':
      session.accessed = false;
      session.modified = false;
      return null;
    case 'set_modified':
      session.modified = args[0];
      return null;
    case 'remember':
      steps.keys[args[0]] = session.sessionKey;
      return null;
    case 'open':
      steps.session = steps.open(args[0] === null ? null : key(args[0]));
      return null;
    case 'other': {
      steps.session = steps.open(key(args[0]));
      const results = [];
      for (const step of args[1] as Step[]) results.push((await take(steps, step)) ?? null);
      steps.session = session;
      return results;
    }
    case 'advance':
      return steps.advance(args[0]);
    case 'clear_expired':
      return void (await steps.clearExpired());
    default:
      throw new Error(`unknown step ${name}`);
  }
}
