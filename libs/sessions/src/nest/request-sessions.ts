import type { IncomingMessage } from 'node:http';
import { SessionsOptionsError } from '../core/errors.js';
import type { Session } from '../core/session.js';
import type { RequestSession } from '../http/request-session.js';

/** A request as a platform hands it out: Express's own is the raw one, Fastify's has it in `raw`. */
export type PlatformRequest = object & { raw?: object };

const sessions = new WeakMap<object, RequestSession>();

/** Ties a session to a raw request; `request.session` reads and replaces it. */
export function bindSession(request: IncomingMessage, requestSession: RequestSession): void {
  sessions.set(request, requestSession);
  Object.defineProperty(request, 'session', {
    configurable: true,
    enumerable: true,
    get: () => requestSession.session,
    set: (session: Session) => {
      requestSession.session = session;
    },
  });
}

export function isBound(request: object): boolean {
  return sessions.has(request);
}

/** The session tied to a request. Throws `SessionsOptionsError` for a request that never passed our middleware. */
export function requestSessionOf(request: PlatformRequest): RequestSession {
  const found = findRequestSession(request);
  if (found) return found;
  throw new SessionsOptionsError([
    'this request has no session: it did not pass the middleware of SessionsModule. Is SessionsModule.forRoot() imported, and is this an HTTP request of its application?',
  ]);
}

export function findRequestSession(request: PlatformRequest): RequestSession | undefined {
  return sessions.get(request) ?? (request.raw && sessions.get(request.raw));
}
