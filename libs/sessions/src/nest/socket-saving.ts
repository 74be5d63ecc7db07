import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { catchError, concat, concatMap, defer, EMPTY, ignoreElements, Observable } from 'rxjs';
import { toHttpError } from './http-errors.js';
import { isSessionException, tellClient } from './socket-errors.js';
import { handleMessage, isHandled } from './socket-handling.js';
import type { SocketMessage } from './socket-message.js';

/**
 * Saves what the handler of a gateway's message has changed, when its first value is there, and what it
 * changes later when it is done. Where it throws, nothing is saved.
 */
export function saveAfterMessage(context: ExecutionContext, next: CallHandler): Observable<unknown> {
  if (isHandled(context)) return next.handle();
  return handleMessage(context, (message) => {
    const values = next.handle().pipe(saved(message));
    const later = defer(() => message.save()).pipe(ignoreElements());
    return pastTheSocket(concat(values, later)).pipe(
      catchError((error: unknown) => {
        const thrown = toHttpError(error);
        if (tellClient(thrown, context)) return EMPTY;
        throw thrown;
      }),
    );
  });
}

/**
 * Saves what a resolver has changed in a GraphQL operation that came over a socket; also where it throws,
 * as the answer to the same operation over HTTP has status 200. But where it throws as its session
 * failed, such as a key that was to be changed, what it has changed must not be kept under the old one.
 */
export function saveAfterOperation(operation: SocketMessage, next: CallHandler): Observable<unknown> {
  return next.handle().pipe(
    saved(operation),
    catchError(async (error: unknown) => {
      const thrown = toHttpError(error);
      if (!isSessionException(thrown)) await operation.save().catch(toHttpError);
      throw thrown;
    }),
  );
}

function saved(message: SocketMessage) {
  const save = async (value: unknown) => {
    await message.save();
    return value;
  };
  return concatMap((value: unknown, index) => (index === 0 ? save(value) : [value]));
}

/**
 * Nest lets go of a handler when its socket closes. What it was sent to do it does all the same, so that
 * it must be waited for, or what it has changed would be lost.
 */
function pastTheSocket<T>(values: Observable<T>): Observable<T> {
  return new Observable((subscriber) => {
    let hasBegun = false;
    let isLeft = false;
    const begun = () => {
      hasBegun = true;
      if (isLeft) subscription.unsubscribe();
    };
    const subscription = values.subscribe({
      next: (value) => {
        subscriber.next(value);
        begun();
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
    return () => {
      isLeft = true;
      if (hasBegun) subscription.unsubscribe();
    };
  });
}
