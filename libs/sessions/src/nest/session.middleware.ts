import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { SessionStore } from '../core/session-store.js';
import { type OnFirstUse, RequestSessions, type SessionKind } from '../http/request-sessions.js';
import { type GateKeeper, holdResponse } from '../http/response-gate.js';
import { exposeOnExpress } from './express-request.js';
import { decorateFastifyRequests } from './fastify-request.js';
import { answerFor, toHttpError } from './http-errors.js';
import { saveLateChanges } from './late-changes.js';
import { warnOfPlainConnections } from './plain-connections.js';
import type { Settings } from './resolve-settings.js';
import { bindSessions, findSessions, SESSION_ID_OF_REQUEST, SESSION_OF_REQUEST } from './session-binding.js';
import { shareWithViews } from './session-in-views.js';
import { SESSION_STORE, SESSIONS_SETTINGS } from './sessions.constants.js';

const KEEPER: GateKeeper = {
  answerFor,
  handsOut: warnOfPlainConnections(),
  saveLate: (sessions, status) => void saveLateChanges(sessions, status),
};

type Next = (error?: unknown) => void;

/** The kinds of sessions of each application, by its platform. */
const kindsOn = new WeakMap<object, SessionKind[]>();

const openGate: OnFirstUse = (sessions, response) => holdResponse(response, sessions, KEEPER);

/**
 * Puts its sessions on every request, unloaded, and a gate before the answer of those that use them. Asks
 * no store, unless the session is to be there for libraries that expect express-session.
 */
@Injectable()
export class SessionMiddleware {
  constructor(
    @Inject(SESSION_STORE) private readonly store: SessionStore,
    @Inject(SESSIONS_SETTINGS) private readonly settings: Settings,
    @Inject(HttpAdapterHost) private readonly platform: HttpAdapterHost,
  ) {}

  /**
   * On the platform itself, and not through Nest's `consumer.apply`, which looks at the path of every
   * request once more. The first module does it for all of the application.
   */
  mount(): void {
    const { httpAdapter } = this.platform;
    const instance = httpAdapter.getInstance<object>();
    const { name, request } = this.settings;
    const kind: SessionKind = { name, store: this.store, settings: request };
    if (name === null) shareWithViews(httpAdapter);
    const kinds = kindsOn.get(instance);
    if (kinds) return void kinds.push(kind);
    const all = [kind];
    kindsOn.set(instance, all);
    decorateFastifyRequests(instance);
    httpAdapter.use(middlewareFor(all, exposeOnExpress(instance)));
  }
}

/** `isExposed`: whether requests have `session` by themselves. */
function middlewareFor(kinds: readonly SessionKind[], isExposed: boolean) {
  return (request: IncomingMessage, response: ServerResponse, next: Next): void => {
    if (findSessions(request)) return next();
    const sessions = new RequestSessions(request, response, kinds, openGate);
    bindSessions(request, sessions);
    if (!isExposed) {
      Object.defineProperty(request, 'session', SESSION_OF_REQUEST);
      Object.defineProperty(request, 'sessionID', SESSION_ID_OF_REQUEST);
    }
    // Those libraries read it without asking.
    const eager = kinds.some(({ settings }) => settings.expressSession) ? sessions.get(null) : undefined;
    if (!eager) return next();
    eager.session.prefetch().then(
      () => next(),
      (error: unknown) => next(toHttpError(error)),
    );
  };
}
