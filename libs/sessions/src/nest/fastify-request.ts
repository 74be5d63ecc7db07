import type { IncomingMessage, ServerResponse } from 'node:http';
import { SessionsOptionsError } from '../core/errors.js';
import { SESSION_ID_OF_REQUEST, SESSION_OF_REQUEST } from './session-binding.js';

/** What is used of a Fastify instance; the library imports no platform. */
export interface FastifyLike {
  addHook(name: 'onRequest', hook: (request: FastifyRequest, reply: FastifyReply, done: Next) => void): unknown;
  /** By @fastify/middie: runs a middleware before every route. */
  use?(this: object, ...args: unknown[]): unknown;
  decorateRequest(name: string, accessor: Accessor): unknown;
  hasRequestDecorator(name: string): boolean;
}

type Next = (error?: unknown) => void;

/** What runs on raw requests. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => void;

interface FastifyRequest {
  raw: IncomingMessage;
}

interface FastifyReply {
  raw: ServerResponse;
}

interface Accessor {
  getter(this: object): unknown;
  setter?(this: object, value: never): void;
}

const SESSION: Accessor = { getter: SESSION_OF_REQUEST.get, setter: SESSION_OF_REQUEST.set };
const SESSION_ID: Accessor = { getter: SESSION_ID_OF_REQUEST.get };

/**
 * Gives Fastify's requests `session`. Middleware sees the raw request there, everything after it
 * Fastify's own, which would not have it.
 */
export function decorateFastifyRequests(platform: FastifyLike): void {
  if (platform.hasRequestDecorator('session')) {
    throw new SessionsOptionsError([
      'request.session is taken by another plugin of Fastify, such as @fastify/session: it and SessionsModule cannot both be registered',
    ]);
  }
  platform.decorateRequest('session', SESSION);
  if (!platform.hasRequestDecorator('sessionID')) platform.decorateRequest('sessionID', SESSION_ID);
}

/**
 * Has every request pass `begin` by a hook of Fastify's own. Middleware is run before that: as soon as there is
 * any, `beginBefore` is put before it as well. What runs middleware on Fastify takes longer than the rest of a
 * request, so it is not used without need.
 */
export function beginOnFastify(platform: FastifyLike, begin: Middleware, beginBefore: Middleware): void {
  const { use } = platform;
  const prepared = new WeakSet<object>();
  if (use) {
    platform.use = function (this: object, ...args: unknown[]) {
      if (!prepared.has(this)) {
        prepared.add(this);
        use.call(this, beginBefore);
      }
      return use.apply(this, args);
    };
  }
  platform.addHook('onRequest', (request, reply, done) => begin(request.raw, reply.raw, done));
}

export function isFastify(platform: Partial<FastifyLike> | undefined): platform is FastifyLike {
  return typeof platform?.decorateRequest === 'function' && typeof platform.hasRequestDecorator === 'function';
}
