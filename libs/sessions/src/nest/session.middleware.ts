import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { SessionStore } from '../core/session-store.js';
import { type OnFirstUse, RequestSessions, type SessionKind } from '../http/request-sessions.js';
import { gatedMethods, gateOnResponse, isOverridden, methodsOf, placeOnPrototype } from '../http/gate-placing.js';
import { ownMessageClass } from '../http/own-message-class.js';
import { type GateKeeper, ResponseGate } from '../http/response-gate.js';
import { exposeOnExpress, inheritFromBirth, isExpress } from './express-messages.js';
import { beginOnFastify, decorateFastifyRequests, isFastify, type Middleware } from './fastify-request.js';
import { answerFor, toHttpError } from './http-errors.js';
import { saveLateChanges } from './late-changes.js';
import { warnOfPlainConnections } from './plain-connections.js';
import type { Settings } from './resolve-settings.js';
import { saveBeforeReply } from './save-before-reply.js';
import { releasePlainRoutes } from './session-handlers.js';
import { bindSessions, boundSessions, SESSION_ID_OF_REQUEST, SESSION_OF_REQUEST } from './session-binding.js';
import { shareWithViews } from './session-in-views.js';
import { SESSION_STORE, SESSIONS_SETTINGS } from './sessions.constants.js';

const KEEPER: GateKeeper = {
  answerFor,
  handsOut: warnOfPlainConnections(),
  saveLate: (sessions, status) => void saveLateChanges(sessions, status),
};

/** The kinds of sessions of each application, by its platform. */
const kindsOn = new WeakMap<object, SessionKind[]>();

const gateOnIt: OnFirstUse = (sessions, response) => gateOnResponse(response, sessions, KEEPER);

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
    saveBeforeReply(httpAdapter);
    releasePlainRoutes();
    const kinds = kindsOn.get(instance);
    if (kinds) return void kinds.push(kind);
    const all = [kind];
    kindsOn.set(instance, all);
    const server = httpAdapter.getHttpServer() as Server | undefined;
    if (isFastify(instance)) {
      decorateFastifyRequests(instance);
      const open = openerOn(ownMessageClass(server, 'ServerResponse'));
      // Middleware is given the raw request, which does not inherit anything of ours.
      const bindAndExpose = binderOf(all, open, exposeOnRequest);
      return beginOnFastify(instance, middlewareFor(all, binderOf(all, open)), middlewareFor(all, bindAndExpose));
    }
    if (!isExpress(instance)) return void httpAdapter.use(middlewareFor(all, binderOf(all, gateOnIt, exposeOnRequest)));
    inheritFromBirth(instance, server);
    exposeOnExpress(instance);
    const bind = binderOf(all, openerOn(instance.response));
    // Before Express has the request: where it is Express that gives it its prototype, a member more is dear from then on.
    // Who calls Express without a server is served by the middleware alone.
    server?.prependListener?.('request', bind);
    httpAdapter.use(middlewareFor(all, bind));
  }
}

const gateOf = (response: ServerResponse) => boundSessions(response.req)?.gate ?? null;

/**
 * Opens the gate of responses that inherit from this, whose methods lead through it from now on; or puts one above what is
 * on a response otherwise.
 */
function openerOn(responses: object | null): OnFirstUse {
  if (!responses) return gateOnIt;
  const below = methodsOf(responses);
  const methods = gatedMethods(gateOf, below);
  placeOnPrototype(responses, methods);
  return (sessions, response) => {
    if (isOverridden(response, methods)) gateOnIt(sessions, response);
    else sessions.gate = new ResponseGate(response, sessions, KEEPER, below);
  };
}

/** Makes the sessions of a request, unless it has them. `prepare`: what else is done to it then. */
function binderOf(kinds: readonly SessionKind[], openGate: OnFirstUse, prepare: (request: object) => void = () => {}) {
  return (request: IncomingMessage, response: ServerResponse): RequestSessions => {
    const bound = boundSessions(request);
    if (bound) return bound;
    const sessions = new RequestSessions(request, response, kinds, openGate);
    bindSessions(request, sessions);
    prepare(request);
    return sessions;
  };
}

function middlewareFor(kinds: readonly SessionKind[], bind: ReturnType<typeof binderOf>): Middleware {
  return (request, response, next) => {
    const sessions = bind(request, response);
    sessions.begin();
    // Those libraries read it without asking.
    const eager = kinds.some(({ settings }) => settings.expressSession) ? sessions.get(null) : undefined;
    if (!eager) return next();
    eager.session.prefetch().then(
      () => next(),
      (error: unknown) => next(toHttpError(error)),
    );
  };
}

/** Has a raw request `session`, where it does not inherit it. */
function exposeOnRequest(request: object): void {
  Object.defineProperty(request, 'session', SESSION_OF_REQUEST);
  Object.defineProperty(request, 'sessionID', SESSION_ID_OF_REQUEST);
}
