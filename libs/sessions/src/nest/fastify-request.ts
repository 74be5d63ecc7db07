import { SessionsOptionsError } from '../core/errors.js';
import { SESSION_ID_OF_REQUEST, SESSION_OF_REQUEST } from './session-binding.js';

/** What is used of a Fastify instance; the library imports no platform. */
interface FastifyLike {
  decorateRequest(name: string, accessor: Accessor): unknown;
  hasRequestDecorator(name: string): boolean;
}

interface Accessor {
  getter(this: object): unknown;
  setter?(this: object, value: never): void;
}

const decorated = new WeakSet<object>();

const SESSION: Accessor = { getter: SESSION_OF_REQUEST.get, setter: SESSION_OF_REQUEST.set };
const SESSION_ID: Accessor = { getter: SESSION_ID_OF_REQUEST.get };

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
  if (!platform.hasRequestDecorator('sessionID')) platform.decorateRequest('sessionID', SESSION_ID);
  decorated.add(platform);
}

function isFastify(platform: Partial<FastifyLike> | undefined): platform is FastifyLike {
  return typeof platform?.decorateRequest === 'function' && typeof platform.hasRequestDecorator === 'function';
}
