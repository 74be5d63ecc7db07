import { Inject, type InjectionToken } from '@nestjs/common';
import { SessionsService } from './sessions.service.js';

/** The token of the `SessionsService` of a module with this name; without one, the class itself. */
export function getSessionsToken(name?: string): InjectionToken<SessionsService> {
  return name === undefined ? SessionsService : `SESSIONS:SERVICE:${name}`;
}

/** Injects the `SessionsService` of the module with this name: `@InjectSessions('admin') sessions: SessionsService`. */
export const InjectSessions = (name?: string): ParameterDecorator & PropertyDecorator => Inject(getSessionsToken(name));
