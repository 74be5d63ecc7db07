import type { IncomingMessage } from 'node:http';
import { SessionsOptionsError } from '../core/errors.js';
import type { Session } from '../core/session.js';
import { type ExpressSession, expressSessionOf } from '../http/express-session/express-session.js';
import type { RequestSession } from '../http/request-session.js';
import { toHttpError } from './http-errors.js';
import { RequestSessions } from '../http/request-sessions.js';

/** A request as a platform hands it out: Express's own is the raw one, Fastify's has it in `raw`. */
export type PlatformRequest = object & { raw?: object };

/** What `request.session` is: ours, or what stands for it before libraries that expect express-session. */
export type SessionOnRequest = Session | ExpressSession | undefined;

/** Where a raw request has its sessions. Not in a WeakMap, which the garbage collector walks for every request that is alive. */
const SESSIONS = Symbol('sessions');

interface Bound {
  [SESSIONS]?: RequestSessions;
}

/** Ties its sessions to a raw request. */
export function bindSessions(request: IncomingMessage, sessions: RequestSessions): void {
  (request as Bound)[SESSIONS] = sessions;
}

/** What was tied to a raw request, whether it has passed our middleware or not. */
export function boundSessions(request: IncomingMessage): RequestSessions | undefined {
  return (request as Bound)[SESSIONS];
}

/** All the sessions of a request; undefined for one that never passed our middleware. */
export function findSessions(request: PlatformRequest): RequestSessions | undefined {
  const sessions = (request as Bound)[SESSIONS] ?? (request.raw as Bound | undefined)?.[SESSIONS];
  return sessions?.hasBegun ? sessions : undefined;
}

/** Has `request.session` read and replace the session of the module that has no name. */
export const SESSION_OF_REQUEST = {
  configurable: true,
  enumerable: true,
  get(this: object): SessionOnRequest {
    const requestSession = findRequestSession(this);
    return requestSession && sessionOnRequest(requestSession);
  },
  set(this: object, session: SessionOnRequest): void {
    const requestSession = findRequestSession(this);
    if (requestSession) replaceSession(requestSession, session);
    // A request that is not ours: what others put there is theirs.
    else Object.defineProperty(this, 'session', { ...PLAIN, value: session });
  },
};

/** As the libraries of express-session read it; undefined without that option. */
export const SESSION_ID_OF_REQUEST = {
  configurable: true,
  get(this: object): string | null | undefined {
    const requestSession = findRequestSession(this);
    return requestSession?.settings.expressSession ? sessionIdOf(requestSession) : undefined;
  },
  set(this: object, value: unknown): void {
    Object.defineProperty(this, 'sessionID', { ...PLAIN, value });
  },
};

const PLAIN = { configurable: true, enumerable: true, writable: true };

export function sessionOnRequest(requestSession: RequestSession): SessionOnRequest {
  return requestSession.settings.expressSession
    ? expressSessionOf(requestSession, toHttpError)
    : requestSession.session;
}

/** Null: it is not stored. Undefined: it was destroyed. */
export function sessionIdOf(requestSession: RequestSession): string | null | undefined {
  return (expressSessionOf(requestSession, toHttpError) as { id: string | null } | undefined)?.id;
}

export function replaceSession(requestSession: RequestSession, session: SessionOnRequest): void {
  // `request.session = request.session`, as some libraries have it.
  if (session === sessionOnRequest(requestSession)) return;
  requestSession.session = session as Session;
}

/**
 * The session a module has tied to a request. Throws `SessionsOptionsError` for a request that never
 * passed its middleware.
 */
export function requestSessionOf(request: PlatformRequest, name: string | null = null): RequestSession {
  const found = findRequestSession(request, name);
  if (found) return found;
  throw new SessionsOptionsError([
    name === null
      ? 'this request has no session: it did not pass the middleware of SessionsModule. Is SessionsModule.forRoot() imported, and is this an HTTP request of its application?'
      : `this request has no session named "${name}": is SessionsModule.forRoot({ name: "${name}", ... }) imported?`,
  ]);
}

export function findRequestSession(request: PlatformRequest, name: string | null = null): RequestSession | undefined {
  return findSessions(request)?.get(name);
}
