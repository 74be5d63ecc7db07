import type { ExecutionContext } from '@nestjs/common';
import { SessionConflictException, SessionInterruptedError, SessionStoreUnavailableException } from './http-errors.js';
import { emitTo, type SocketClient } from './socket-client.js';

/** Nest's metadata: the filters of a handler or a class, and what a filter catches. */
const EXCEPTION_FILTERS = '__exceptionFilters__';
const FILTER_CATCHES = '__filterCatchExceptions__';

type Constructor = abstract new (...args: any[]) => unknown;

const OURS: readonly Constructor[] = [
  SessionInterruptedError,
  SessionConflictException,
  SessionStoreUnavailableException,
];

/** Whether an exception is the HTTP face of an error of a session. */
export function isSessionException(error: unknown): boolean {
  return OURS.some((type) => error instanceof type);
}

/**
 * Tells the client what went wrong with its session, in the form that Nest has for a WsException: to
 * Nest our errors are no such, and it would say "Internal server error". False: that is not for us to
 * tell, as it is another error, or one that a filter of the gateway catches.
 */
export function tellClient(error: unknown, context: ExecutionContext): boolean {
  if (!isSessionException(error) || isCaught(error, context)) return false;
  const ws = context.switchToWs();
  const { message } = error as Error;
  const cause = { pattern: ws.getPattern(), data: ws.getData() as unknown };
  emitTo(ws.getClient<SocketClient>(), 'exception', { status: 'error', message, cause });
  return true;
}

function isCaught(error: unknown, context: ExecutionContext): boolean {
  return [context.getHandler(), context.getClass()].flatMap(filtersOf).some((filter) => {
    const types = catchesOf(filter);
    return types.length === 0 || types.some((type) => error instanceof type);
  });
}

function filtersOf(target: object): (Constructor | object)[] {
  return (Reflect.getMetadata(EXCEPTION_FILTERS, target) ?? []) as (Constructor | object)[];
}

function catchesOf(filter: Constructor | object): Constructor[] {
  const type = typeof filter === 'function' ? filter : filter.constructor;
  return (Reflect.getMetadata(FILTER_CATCHES, type) ?? []) as Constructor[];
}
