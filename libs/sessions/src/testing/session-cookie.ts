import type { Session, SessionData, SessionShape } from '../core/session.js';
import type { SessionExpiry } from '../core/session-expiry.js';
import { type SessionsApplication, type SessionsOf, sessionsOf } from './sessions-of.js';

export interface SessionCookieOptions {
  /** Of the `SessionsModule` that is meant; null: the one without a name. Default: the agent's, or null. */
  name?: string | null;
  /** The session's own expiry, as `session.setExpiry` takes it. Default: by the settings. */
  expiry?: SessionExpiry;
}

/**
 * Stores a session with this data, and answers the text of a Cookie header that brings it: for supertest,
 * for Fastify's `inject`, for a socket's handshake. The application must have been initialized if its
 * engine wants that.
 */
export async function sessionCookie<T extends object = SessionData>(
  app: SessionsApplication,
  data: Partial<SessionShape<T>>,
  { name, expiry }: SessionCookieOptions = {},
): Promise<string> {
  const sessions = sessionsOf(app, name);
  return sessions.service.cookieHeader(await storedSession<T>(sessions, data, expiry));
}

/** A new session with this data, stored. */
export async function storedSession<T extends object>(
  { service }: SessionsOf,
  data: Partial<SessionShape<T>>,
  expiry?: SessionExpiry,
): Promise<Session<T>> {
  const session = await service.open<T>();
  session.update(data);
  if (expiry !== undefined) session.setExpiry(expiry);
  await session.save();
  return session;
}
