import { type ArgumentsHost, Inject, Injectable } from '@nestjs/common';
import type { SessionEngine } from '../core/session-engine.js';
import { Session, type SessionData } from '../core/session.js';
import type { SessionStore } from '../core/session-store.js';
import { readSession } from '../http/session-cookies.js';
import type { EngineInUse } from './make-engine.js';
import { toHttpError } from './http-errors.js';
import { requestOf } from './request-of.js';
import { type PlatformRequest, requestSessionOf } from './request-sessions.js';
import type { Settings } from './resolve-settings.js';
import { ENGINE_IN_USE, SESSION_STORE, SESSIONS_SETTINGS } from './sessions.constants.js';

/** Sessions outside of a route's parameters. */
@Injectable()
export class SessionsService {
  constructor(
    @Inject(SESSION_STORE) private readonly store: SessionStore,
    @Inject(SESSIONS_SETTINGS) private readonly settings: Settings,
    @Inject(ENGINE_IN_USE) private readonly inUse: EngineInUse,
  ) {}

  /** The engine itself: yours, where you brought one. What it stores may carry Django's signature. */
  get engine(): SessionEngine {
    return this.inUse.engine;
  }

  /**
   * The loaded session of a request, or of the execution context of a guard, an interceptor, a
   * filter. It is saved with the request's answer.
   */
  async from<T extends object = SessionData>(source: PlatformRequest | ArgumentsHost): Promise<Session<T>> {
    const { session } = requestSessionOf(requestOf(source));
    try {
      await session.prefetch();
    } catch (error) {
      throw toHttpError(error);
    }
    return session as Session<T>;
  }

  /**
   * The loaded session that a Cookie header names, for a socket's handshake; one without a key if it
   * names none. Save it yourself.
   */
  async fromCookieHeader<T extends object = SessionData>(header: string | undefined): Promise<Session<T>> {
    return this.open<T>(readSession(header, this.settings.request.cookie.name, this.store.engine.maxCookies).value);
  }

  /** The loaded session of a key, or a new one, for jobs and scripts. Save it yourself. Django: `SessionStore(key)`. */
  async open<T extends object = SessionData>(key: string | null = null): Promise<Session<T>> {
    return new Session<T>(this.store, key).load();
  }

  /** Deletes expired sessions from the store and answers how many went; 0 where the store forgets by itself. Django: `clear_expired`. */
  async clearExpired(): Promise<number> {
    return this.store.clearExpired(this.settings.clearSessions.batchSize);
  }
}
