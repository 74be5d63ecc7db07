import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Session as CoreSession, SessionData } from '../core/session.js';
import { throwHttpError } from './http-errors.js';
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
  (wanted: string | SessionParameter | undefined, context: ExecutionContext) => {
    const name = typeof wanted === 'object' ? (wanted.name ?? null) : null;
    const key = typeof wanted === 'object' ? wanted.key : wanted;
    const { session } = sessionBehind(context, name);
    const handOut = () => (key === undefined ? session : (session as CoreSession<Record<string, unknown>>).get(key));
    // Nest waits for a promise, and for nothing else: that takes a while, too.
    return session.isLoaded ? handOut() : session.prefetch().then(handOut, throwHttpError);
  },
);

export type Session<T extends object = SessionData> = CoreSession<T>;
