import type { ServerResponse } from 'node:http';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { catchError, concatMap, type Observable } from 'rxjs';
import { answersByItself } from './answers-by-itself.js';
import { throwHttpError } from './http-errors.js';
import { saveLateChanges } from './late-changes.js';
import { findSessions, type PlatformRequest } from './session-binding.js';
import { type GraphqlContext, socketOperationOf } from './socket-operation.js';
import { saveAfterMessage, saveAfterOperation } from './socket-saving.js';

/** A response as a platform hands it out: Express's own is the raw one, Fastify's has it in `raw`. */
type PlatformResponse = ServerResponse & { raw?: ServerResponse };

/**
 * Saves the session as soon as a handler's first value is there, so that a save that fails is an
 * ordinary exception, which the application's own filters shape. What comes later, or another way,
 * is saved when the answer leaves. In a gateway, and in a resolver that is asked over a socket, it saves
 * what was changed after each message.
 */
@Injectable()
export class SessionInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const type = context.getType<string>();
    if (type === 'ws') return saveAfterMessage(context, next);
    if (type === 'graphql') return interceptResolver(context, next);
    const values = next.handle();
    if (type !== 'http') return values;
    if (answersByItself(context)) return values.pipe(catchError(throwHttpError));
    const http = context.switchToHttp();
    const sessions = findSessions(http.getRequest<PlatformRequest>());
    if (!sessions) return values;
    const response = () => rawOf(http.getResponse<PlatformResponse>());
    const save = async (value: unknown) => {
      const { headersSent, statusCode } = response();
      // With an interceptor in place Nest opens an event stream before an async handler has run.
      if (headersSent) await saveLateChanges(sessions, statusCode);
      else await sessions.end(statusCode);
      return value;
    };
    return values.pipe(
      concatMap((value: unknown, index) =>
        index === 0 && sessions.mustSave(response().statusCode) ? save(value) : [value],
      ),
      // Also what the handler awaited itself, such as `session.cycleKey()`: it fails in the same words.
      catchError(throwHttpError),
    );
  }
}

/** All the resolvers of an HTTP request share its session, which is saved when the answer leaves. */
function interceptResolver(context: ExecutionContext, next: CallHandler): Observable<unknown> {
  const operation = socketOperationOf(context.getArgByIndex<GraphqlContext>(2));
  return operation ? saveAfterOperation(operation, next) : next.handle().pipe(catchError(throwHttpError));
}

function rawOf(response: PlatformResponse): ServerResponse {
  return response.raw ?? response;
}
