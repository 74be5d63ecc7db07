import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Session } from '../core/session.js';
import type { SessionStore } from '../core/session-store.js';
import { SessionStoreUnavailableException, toHttpError } from './http-errors.js';
import type { Settings } from './resolve-settings.js';
import { SessionWatch } from './session-watch.js';
import { SESSION_STORE, SESSIONS_SETTINGS } from './sessions.constants.js';
import {
  cookieHeaderOf,
  endSocket,
  onceClosed,
  type SocketClient,
  type SocketHandshake,
  turnAway,
} from './socket-client.js';
import { serveSockets } from './socket-servers.js';
import { type SessionSource, SocketSession, tieSocket } from './socket-session.js';

export interface ConnectOptions {
  /**
   * Called once, when the session has ended, in place of closing the socket: with 4401 for one of ws,
   * by `disconnect(true)` for one of socket.io.
   */
  onEnd?: () => unknown;
}

const logger = new Logger('Sessions');

/** Ties sockets to the sessions of their handshakes, and tells them when those end. */
@Injectable()
export class SocketSessions implements OnModuleInit {
  readonly #source: SessionSource;

  constructor(
    @Inject(SESSION_STORE) store: SessionStore,
    @Inject(SESSIONS_SETTINGS) private readonly settings: Settings,
    @Inject(SessionWatch) private readonly watch: SessionWatch,
    @Inject(HttpAdapterHost) private readonly platform: HttpAdapterHost,
  ) {
    this.#source = { store, settings: settings.request };
  }

  onModuleInit(): void {
    // There is none where a script or a microservice imports the module.
    const server = this.platform.httpAdapter?.getHttpServer() as object | undefined;
    if (server) serveSockets(server, this.settings.name, this.#source);
  }

  /** See `SessionsService.connect`. */
  async connect(client: SocketClient, request?: SocketHandshake, { onEnd }: ConnectOptions = {}): Promise<Session> {
    const socketSession = new SocketSession(this.#source, cookieHeaderOf(client, request));
    // Before anything is waited for: messages may come at once.
    tieSocket(client, this.settings.name, socketSession);
    const { session } = socketSession.open();
    // Watched from before it is loaded, so that no end is missed; told only if there was a session to end.
    let isKnown = false;
    const tell = () => {
      if (!isKnown) return;
      socketSession.hasEnded = true;
      // A handler that has ended it, or found it gone, may say so first.
      setImmediate(() => (onEnd ? void callSafely(onEnd) : endSocket(client)));
    };
    const watched = this.watch.watch(session.sessionKey, tell);
    if (!onceClosed(client, watched.cancel)) watched.cancel();
    try {
      await session.load();
    } catch (error) {
      watched.cancel();
      return this.#refuse(client, error);
    }
    // The end of one that travels in its cookie can only have been found by loading it.
    const hadEnded = watched.hasEnded && this.#source.store.engine.inCookie;
    isKnown = session.sessionKey !== null && !hadEnded;
    if (!isKnown) watched.cancel();
    else if (watched.hasEnded) tell();
    return session;
  }

  /**
   * Nest waits for no handleConnection: a rejection would end the process. The socket is closed, and what
   * follows in the gateway must not run: there is neither a session nor the certainty that there is none.
   */
  #refuse(client: SocketClient, error: unknown): Promise<never> {
    const thrown = toHttpError(error);
    const isUnavailable = thrown instanceof SessionStoreUnavailableException;
    if (!isUnavailable) logger.error('The session of a socket could not be loaded', String(thrown));
    turnAway(client, isUnavailable);
    return new Promise(() => {});
  }
}

async function callSafely(onEnd: () => unknown): Promise<void> {
  try {
    await onEnd();
  } catch (error) {
    logger.error('onEnd of a socket failed', error instanceof Error ? error.stack : String(error));
  }
}
