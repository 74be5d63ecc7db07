import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Session as CoreSession, SessionData } from '../core/session.js';
import { requestOf } from './request-of.js';
import { toHttpError } from './http-errors.js';
import { requestSessionOf } from './request-sessions.js';

/**
 * Hands the request's session to a handler, loaded. With a name, `@Session('cart')`, the value of
 * that key. A route without it asks no store.
 *
 * As a type, `Session<{ cart: string[] }>` is that session.
 */
export const Session: (key?: string) => ParameterDecorator = createParamDecorator(
  async (key: string | undefined, context: ExecutionContext) => {
    const { session } = requestSessionOf(requestOf(context));
    try {
      await session.prefetch();
    } catch (error) {
      throw toHttpError(error);
    }
    return key === undefined ? session : (session as CoreSession<Record<string, unknown>>).get(key);
  },
);

export type Session<T extends object = SessionData> = CoreSession<T>;
