import { SessionsOptionsError } from '../core/errors.js';
import type { Session } from '../core/session.js';
import { findRequestSession, type PlatformRequest, requestSessionOf } from './request-sessions.js';

/** What is used of a Fastify instance; the library imports no platform. */
interface FastifyLike {
  decorateRequest(name: string, accessor: Accessor): unknown;
  hasRequestDecorator(name: string): boolean;
}

interface Accessor {
  getter(this: PlatformRequest): Session | undefined;
  setter(this: PlatformRequest, session: Session): void;
}

const decorated = new WeakSet<object>();

const SESSION: Accessor = {
  // Undefined where our middleware was not, as on Express.
  getter() {
    return findRequestSession(this)?.session;
  },
  setter(session) {
    requestSessionOf(this).session = session;
  },
};

/**
 * Gives Fastify's requests `session`. Middleware sees the raw request there, everything after it
 * Fastify's own, which would not have it. Does nothing on another platform, or a second time.
 */
export function decorateFastifyRequests(platform: object | undefined): void {
  if (!isFastify(platform) || decorated.has(platform)) return;
  if (platform.hasRequestDecorator('session')) {
    throw new SessionsOptionsError([
      'request.session is taken by another plugin of Fastify, such as @fastify/session: it and SessionsModule cannot both be registered',
    ]);
  }
  platform.decorateRequest('session', SESSION);
  decorated.add(platform);
}

function isFastify(platform: Partial<FastifyLike> | undefined): platform is FastifyLike {
  return typeof platform?.decorateRequest === 'function' && typeof platform.hasRequestDecorator === 'function';
}
