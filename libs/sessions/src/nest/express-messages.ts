import type { Server } from 'node:http';
import { ownMessageClass } from '../http/own-message-class.js';
import { SESSION_ID_OF_REQUEST, SESSION_OF_REQUEST } from './session-binding.js';

/** What is used of an Express application: what all of its requests, and all of its responses, inherit from. */
export interface ExpressLike {
  request: object;
  response: object;
}

export function isExpress(platform: object | undefined): platform is ExpressLike {
  const { request, response } = (platform ?? {}) as Partial<ExpressLike>;
  return typeof platform === 'function' && typeof request === 'object' && typeof response === 'object';
}

/**
 * Has messages inherit from what Express would have them inherit from, as soon as the server makes them. Express changes
 * the prototype of each otherwise, and the engine then gives each one a hidden class of its own: all that is done with
 * such an object is slow, whoever does it, and it is kept for long.
 */
export function inheritFromBirth(platform: ExpressLike, server: Server | undefined): void {
  const requests = ownMessageClass(server, 'IncomingMessage');
  if (requests) platform.request = Object.setPrototypeOf(requests, platform.request) as object;
  const responses = ownMessageClass(server, 'ServerResponse');
  if (responses) platform.response = Object.setPrototypeOf(responses, platform.response) as object;
}

/** Gives Express's requests `session`, once for all of them. A request to which somebody has given another keeps it. */
export function exposeOnExpress({ request }: ExpressLike): void {
  Object.defineProperty(request, 'session', SESSION_OF_REQUEST);
  Object.defineProperty(request, 'sessionID', SESSION_ID_OF_REQUEST);
}
