import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, type NestMiddleware, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { SessionStore } from '../core/session-store.js';
import { RequestSession } from '../http/request-session.js';
import { type GateKeeper, holdResponse } from '../http/response-gate.js';
import { decorateFastifyRequests } from './fastify-request.js';
import { answerFor } from './http-errors.js';
import { saveLateChanges } from './late-changes.js';
import { bindSession, isBound } from './request-sessions.js';
import type { Settings } from './resolve-settings.js';
import { SESSION_STORE, SESSIONS_SETTINGS } from './sessions.constants.js';

const KEEPER: GateKeeper = {
  answerFor,
  saveLate: (requestSession, status) => void saveLateChanges(requestSession, status),
};

/** Puts a session on every request, unloaded, and a gate before its answer. Asks no store. */
@Injectable()
export class SessionMiddleware implements NestMiddleware<IncomingMessage, ServerResponse>, OnModuleInit {
  constructor(
    @Inject(SESSION_STORE) private readonly store: SessionStore,
    @Inject(SESSIONS_SETTINGS) private readonly settings: Settings,
    @Inject(HttpAdapterHost) private readonly platform: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    // There is none where a script or a microservice imports the module.
    decorateFastifyRequests(this.platform.httpAdapter?.getInstance<object>());
  }

  use(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    if (!isBound(request)) {
      const requestSession = new RequestSession(this.store, this.settings.request, request.headers.cookie);
      bindSession(request, requestSession);
      holdResponse(response, requestSession, KEEPER);
    }
    next();
  }
}
