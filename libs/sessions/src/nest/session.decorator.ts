import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Session as CoreSession, SessionData } from '../core/session.js';
import { toHttpError } from './http-errors.js';
import { sessionBehind } from './request-of.js';
import { interceptHandler } from './session-handlers.js';

/** Which session a handler wants, or what of it. */
export interface SessionParameter {
  /** The name of the module whose session it is. Default: the one without a name. */
  name?: string;
  /** Hand out the value of this key in place of the session. */
  key?: string;
}

/**
 * Hands the request's session to a handler, loaded. With a key, `@Session('cart')`, its value; with
 * `@Session({ name: 'admin' })`, the session of the module of that name. A route without it asks no
 * store. What the handler has changed is saved before its answer leaves. In a gateway it is the session of the socket,
 * see `SessionsService.connect`, loaded anew for each message; in a resolver, that of the request, or of the
 * socket's handshake.
 *
 * As a type, `Session<{ cart: string[] }>` is that session.
 */
export function Session(wanted?: string | SessionParameter): ParameterDecorator {
  const parameter = sessionParameter(wanted);
  return (target, key, index) => {
    parameter(target, key, index);
    if (key !== undefined) interceptHandler(target, key);
  };
}

const sessionParameter = createParamDecorator(
  async (wanted: string | SessionParameter | undefined, context: ExecutionContext) => {
    const { name = null, key } = typeof wanted === 'string' ? { key: wanted } : (wanted ?? {});
    const { session } = sessionBehind(context, name);
    try {
      await session.prefetch();
    } catch (error) {
      throw toHttpError(error);
    }
    return key === undefined ? session : (session as CoreSession<Record<string, unknown>>).get(key);
  },
);

export type Session<T extends object = SessionData> = CoreSession<T>;
