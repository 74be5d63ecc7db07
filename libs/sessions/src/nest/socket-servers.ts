import type { IncomingMessage } from 'node:http';
import { type SessionSource, SocketSession } from './socket-session.js';

const served = new WeakMap<object, Map<string | null, SessionSource>>();

/**
 * Has requests that upgrade to a socket find the sessions of their application by the server they came
 * to: they pass no middleware. A listener to them would be another way, and have Node leave every
 * upgrade that nobody answers unanswered.
 */
export function serveSockets(server: object, name: string | null, source: SessionSource): void {
  const sources = served.get(server);
  if (sources) sources.set(name, source);
  else served.set(server, new Map([[name, source]]));
}

/** The session of a request that became a socket; undefined for one to another server. */
export function sessionOfUpgrade(request: IncomingMessage, name: string | null): SocketSession | undefined {
  const { server } = (request.socket ?? {}) as { server?: object };
  const source = server && served.get(server)?.get(name);
  return source && new SocketSession(source, request.headers.cookie);
}
