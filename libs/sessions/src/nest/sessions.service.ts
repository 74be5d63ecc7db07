import { type ArgumentsHost, Inject, Injectable } from '@nestjs/common';
import { SessionsOptionsError, SessionUpdateError } from '../core/errors.js';
import { AUTHENTICATED_KEY, LABEL_KEY } from '../core/own-members.js';
import type { SessionEngine } from '../core/session-engine.js';
import { Session, type SessionData } from '../core/session.js';
import type { SessionStore } from '../core/session-store.js';
import { cookieHeader, readSession } from '../http/session-cookies.js';
import type { EngineInUse } from './make-engine.js';
import { toHttpError } from './http-errors.js';
import { sessionBehind } from './request-of.js';
import type { Settings } from './resolve-settings.js';
import type { PlatformRequest } from './session-binding.js';
import { SessionWatch } from './session-watch.js';
import { ENGINE_IN_USE, SESSION_STORE, SESSIONS_SETTINGS, USERS_IN_USE } from './sessions.constants.js';
import { SessionsOfUser } from './sessions-of-user.js';
import type { SocketClient, SocketHandshake } from './socket-client.js';
import { type ConnectOptions, SocketSessions } from './socket-sessions.js';
import { namedUser, type UsersInUse } from './watch-users.js';

/** Sessions outside of a route's parameters. */
@Injectable()
export class SessionsService {
  constructor(
    @Inject(SESSION_STORE) private readonly store: SessionStore,
    @Inject(SESSIONS_SETTINGS) private readonly settings: Settings,
    @Inject(ENGINE_IN_USE) private readonly inUse: EngineInUse,
    @Inject(USERS_IN_USE) private readonly users: UsersInUse | null,
    @Inject(SocketSessions) private readonly sockets: SocketSessions,
    @Inject(SessionWatch) private readonly watch: SessionWatch,
  ) {}

  /** The engine itself: yours, where you brought one. What it stores may carry Django's signature. */
  get engine(): SessionEngine {
    return this.inUse.engine;
  }

  /**
   * The loaded session of a request, or of the execution context of a guard, an interceptor, a
   * filter. It is saved with the request's answer; in a gateway, after the message, where
   * `SessionInterceptor` is around its handler.
   */
  async from<T extends object = SessionData>(source: PlatformRequest | ArgumentsHost): Promise<Session<T>> {
    const { session } = sessionBehind(source, this.settings.name);
    try {
      await session.prefetch();
    } catch (error) {
      throw toHttpError(error);
    }
    return session as Session<T>;
  }

  /**
   * Ties a socket of a gateway to the session that its handshake names, and answers that, loaded; one
   * without a key if it names none. `request` is what `handleConnection(client, request)` is handed by ws;
   * socket.io's client brings it along. From then on `@Session()` hands the socket's session to its messages.
   *
   * When the session ends, `onEnd` is called, or else the socket closed: at once where this process ended it,
   * else within a minute. If the store fails, the socket is closed and the answer never comes: nothing that
   * follows runs. Throws `TypeError` for a socket of ws without `request`.
   */
  async connect<T extends object = SessionData>(
    client: SocketClient,
    request?: SocketHandshake,
    options?: ConnectOptions,
  ): Promise<Session<T>> {
    return (await this.sockets.connect(client, request, options)) as Session<T>;
  }

  /**
   * Looks now, and not only once a minute, which sessions of connected sockets have ended, and tells
   * those sockets. A store that fails ends none; it is logged.
   */
  async checkSockets(): Promise<void> {
    await this.watch.check();
  }

  /**
   * The loaded session that a Cookie header names, for a socket's handshake; one without a key if it
   * names none. Save it yourself.
   */
  async fromCookieHeader<T extends object = SessionData>(header: string | undefined): Promise<Session<T>> {
    return this.open<T>(readSession(header, this.settings.request.cookie.name, this.store.engine.maxCookies).value);
  }

  /**
   * What a visitor with this session sends: the text of a Cookie header, for tests and for clients of
   * your own. Throws `SessionUpdateError` for a session that is not stored.
   */
  cookieHeader(session: Session<object>): string {
    if (session.sessionKey === null) throw new SessionUpdateError('The session is not stored yet: save it first.');
    return cookieHeader(this.settings.request.cookie, session.sessionKey, this.store.engine.maxCookies);
  }

  /** The loaded session of a key, or a new one, for jobs and scripts. Save it yourself. Django: `SessionStore(key)`. */
  async open<T extends object = SessionData>(key: string | null = null): Promise<Session<T>> {
    return new Session<T>(this.store, key).load();
  }

  /**
   * Notes that the visitor has just shown who they are. Call it where you log in, and where you ask for the
   * password again; see `RecentlyAuthenticated`.
   */
  markAuthenticated(session: Session<any>): void {
    session.set(AUTHENTICATED_KEY, Math.floor(this.store.settings.clock() / 1000));
  }

  /** Whether `markAuthenticated` was called for this session at most so many seconds ago. */
  isRecentlyAuthenticated(session: Session<any>, seconds: number): boolean {
    const at: unknown = session.get(AUTHENTICATED_KEY);
    return typeof at === 'number' && this.store.settings.clock() / 1000 - at <= seconds;
  }

  /**
   * The sessions of a user, by the id that `userSessions.userOf` finds in them. Throws
   * `SessionsOptionsError` where the option `userSessions` is not set, and `TypeError` for what is no id.
   */
  ofUser(userId: string | number): SessionsOfUser {
    if (typeof userId !== 'number' && (typeof userId !== 'string' || userId === '')) {
      throw new TypeError(`ofUser wants the id of a user, a text or a number; got ${JSON.stringify(userId)}`);
    }
    const id = String(userId);
    const { name } = this.settings;
    return new SessionsOfUser(namedUser(name, id), this.#usersOrRefuse());
  }

  /** Gives a session the name of its device, for `ofUser(…).list()`; the application knows best how to tell it. */
  label(session: Session<any>, label: string): void {
    session.set(LABEL_KEY, label);
  }

  /**
   * Looks at every session there is, so that those which somebody else has made, such as Django, are known
   * to `ofUser` before they are first seen. Answers how many sessions there are. For once, when `userSessions`
   * is introduced; also as the command `indexsessions`. Throws `SessionsOptionsError` for an engine that
   * cannot tell its sessions.
   */
  async indexSessions(): Promise<number> {
    const { engine } = this.store;
    if (!this.#usersOrRefuse().sessions || !engine.keys) {
      throw new SessionsOptionsError(['this engine cannot tell which sessions there are']);
    }
    let count = 0;
    for await (const keys of engine.keys(this.settings.clearSessions.batchSize)) {
      for (const key of keys) if (await this.store.find(key)) count++;
    }
    return count;
  }

  /** Whether the option `userSessions` is set. */
  get tracksUsers(): boolean {
    return this.users !== null;
  }

  /** Whether anything expired is kept that `clearExpired` would delete. */
  get keepsExpired(): boolean {
    return Boolean(this.store.engine.clearExpired ?? this.users?.clearExpired);
  }

  /** Deletes expired sessions from the store and answers how many went; 0 where the store forgets by itself. Django: `clear_expired`. */
  async clearExpired(): Promise<number> {
    const count = await this.store.clearExpired(this.settings.clearSessions.batchSize);
    await this.users?.clearExpired?.();
    return count;
  }

  #usersOrRefuse(): UsersInUse {
    if (this.users) return this.users;
    throw new SessionsOptionsError(['the sessions of users are not kept track of: set the option userSessions']);
  }
}
