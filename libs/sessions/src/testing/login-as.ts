import type { Session } from '../core/session.js';
import { sessionAuthHash } from '../core/session-auth-hash.js';
import { SessionAgent } from './session-agent.js';
import type { SessionCookieOptions } from './session-cookie.js';
import { type SessionsApplication, sessionsOf } from './sessions-of.js';

/** A user of Django's `auth`. */
export interface DjangoUser {
  /** The primary key. */
  id: string | number | bigint;
  /** The whole field of the user table, such as `pbkdf2_sha256$…`. Django takes nobody for logged in without it. */
  password?: string;
  /** Dotted path of the backend. Default `'django.contrib.auth.backends.ModelBackend'`. */
  backend?: string;
}

/** What passport's `serializeUser` has made of a user. */
export interface PassportUser {
  passport: unknown;
}

export interface LoginOptions extends SessionCookieOptions {
  /** What the session holds beside. */
  data?: Record<string, unknown>;
}

/**
 * Logs a user in without the application's log-in: leaves the session that Django's leaves, for `{ id }` and
 * `{ id, password }`, or passport's, for `{ passport: id }`. An agent's visitor keeps what their session
 * held, under a new key, unless it was somebody else's; for an application a new session is stored.
 * Answers the text of the Cookie header. Django: `Client.force_login`.
 */
export async function loginAs(
  appOrAgent: SessionsApplication | SessionAgent,
  user: DjangoUser | PassportUser,
  { data = {}, expiry, ...options }: LoginOptions = {},
): Promise<string> {
  const isAgent = appOrAgent instanceof SessionAgent;
  const { name = isAgent ? appOrAgent.name : null } = options;
  const { service, settings } = sessionsOf(isAgent ? appOrAgent.app : appOrAgent, name);
  const marks = marksOf(user, settings.secrets[0]!);
  const session = isAgent ? await appOrAgent.session<any>({ name }) : await service.open<any>();
  if (isOfAnother(session, marks)) await session.flush();
  session.update({ ...data, ...marks });
  if (expiry !== undefined) session.setExpiry(expiry);
  await session.cycleKey();
  return service.cookieHeader(session);
}

type Marks = Record<string, unknown>;

function marksOf(user: DjangoUser | PassportUser, secretKey: string | Uint8Array): Marks {
  const {
    id,
    passport,
    password,
    backend = 'django.contrib.auth.backends.ModelBackend',
  } = user as Partial<DjangoUser & PassportUser>;
  if (id !== undefined && id !== null) {
    const hash = password === undefined ? {} : { _auth_user_hash: sessionAuthHash(password, secretKey) };
    return { _auth_user_id: String(id), _auth_user_backend: backend, ...hash };
  }
  if (passport === undefined) throw new TypeError('loginAs takes a user with an id, or { passport: … }');
  return { passport: { user: passport } };
}

/** Whether somebody is logged in by other marks. The backend is none: Django keeps the session of whoever changes it. */
function isOfAnother(session: Session<any>, { _auth_user_backend, ...marks }: Marks): boolean {
  const isLoggedIn = Object.keys(marks).some((mark) => session.has(mark));
  return isLoggedIn && !Object.entries(marks).every(([mark, value]) => textOf(session.get(mark)) === textOf(value));
}

function textOf(value: unknown): string | undefined {
  return JSON.stringify(value);
}
