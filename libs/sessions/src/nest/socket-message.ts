import { Logger } from '@nestjs/common';
import { SessionUpdateError } from '../core/errors.js';
import type { RequestSession } from '../http/request-session.js';
import type { SessionSource, SocketSession } from './socket-session.js';

const logger = new Logger('Sessions');

const LOST =
  'A session was changed over a socket and needed a new cookie, which an open socket cannot set: it was not kept. ' +
  'Begin sessions, log in and call cycleKey() in an HTTP request, before the socket is opened. ' +
  'Sessions that live in cookies can only be read over a socket.';

const warned = new WeakSet<SessionSource>();

/** A message has no status, and is answered. */
const OK = 200;

interface Opened {
  socketSession: SocketSession;
  requestSession: RequestSession;
}

/** The sessions that one message, or one GraphQL operation over a socket, has asked for. They end with it. */
export class SocketMessage {
  readonly #opened = new Map<string | null, Opened>();

  /** `find` answers the session that the module of a name has for the socket, or throws. */
  constructor(private readonly find: (name: string | null) => SocketSession) {}

  get(name: string | null): RequestSession {
    let opened = this.#opened.get(name);
    if (!opened) {
      const socketSession = this.find(name);
      opened = { socketSession, requestSession: socketSession.open() };
      this.#opened.set(name, opened);
    }
    return opened.requestSession;
  }

  /**
   * Saves what was changed. Throws `SessionUpdateError` where the session has ended meanwhile. One that
   * would need a cookie is not kept, and a warning says so once.
   */
  async save(): Promise<void> {
    for (const { socketSession, requestSession } of this.#opened.values()) {
      const outcome = await requestSession.endLate(OK);
      const { session } = requestSession;
      // A mere renewal may be lost.
      const isLost = outcome === 'lost' && session.modified;
      if (isLost && session.sessionKey === null && socketSession.hasEnded) throw new SessionUpdateError();
      // Also where the handler has stored it under another key by itself.
      if (isLost || session.keyChanged) warnOnce(socketSession.source);
    }
  }
}

function warnOnce(source: SessionSource): void {
  if (warned.has(source)) return;
  warned.add(source);
  logger.warn(LOST);
}
