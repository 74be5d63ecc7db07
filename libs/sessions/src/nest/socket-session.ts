import type { SessionStore } from '../core/session-store.js';
import { type RequestSettings, RequestSession } from '../http/request-session.js';

/** What a module knows of its sessions, and a handshake needs to find one. */
export interface SessionSource {
  store: SessionStore;
  settings: RequestSettings;
}

/**
 * The session that a socket's handshake names, in one module. Each message opens it anew: what was read
 * an hour ago is no session.
 */
export class SocketSession {
  /** Whether it was there once and is no more, as far as is known. */
  hasEnded = false;

  constructor(
    readonly source: SessionSource,
    readonly cookieHeader: string | undefined,
  ) {}

  open(): RequestSession {
    const { store, settings } = this.source;
    return new RequestSession(store, settings, this.cookieHeader);
  }
}

const tied = new WeakMap<object, Map<string | null, SocketSession>>();

/** Ties a socket to the session of the module of this name, or of the one without a name. */
export function tieSocket(client: object, name: string | null, session: SocketSession): void {
  const sessions = tied.get(client);
  if (sessions) sessions.set(name, session);
  else tied.set(client, new Map([[name, session]]));
}

export function findSocketSession(client: object, name: string | null): SocketSession | undefined {
  return tied.get(client)?.get(name);
}

/** Throws `TypeError` for a socket that was not connected. */
export function socketSessionOf(client: object, name: string | null): SocketSession {
  const found = findSocketSession(client, name);
  if (found) return found;
  const service = name === null ? 'sessions' : `sessions (@InjectSessions('${name}'))`;
  throw new TypeError(
    `This socket is not connected to a session: \`await ${service}.connect(client, request)\` in the ` +
      'handleConnection(client, request) of its gateway.',
  );
}
