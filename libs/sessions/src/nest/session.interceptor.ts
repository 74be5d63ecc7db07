import type { ServerResponse } from 'node:http';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { concatMap, type Observable } from 'rxjs';
import { answersByItself } from './answers-by-itself.js';
import { toHttpError } from './http-errors.js';
import { saveLateChanges } from './late-changes.js';
import { findRequestSession, type PlatformRequest } from './request-sessions.js';

/**
 * Saves the session as soon as a handler's first value is there, so that a save that fails is an
 * ordinary exception, which the application's own filters shape. What comes later, or another way,
 * is saved when the answer leaves.
 */
@Injectable()
export class SessionInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const values = next.handle();
    if (context.getType() !== 'http' || answersByItself(context)) return values;
    const http = context.switchToHttp();
    const requestSession = findRequestSession(http.getRequest<PlatformRequest>());
    if (!requestSession) return values;
    const response = () => http.getResponse<ServerResponse>();
    const save = async (value: unknown) => {
      const { headersSent, statusCode } = response();
      // With an interceptor in place Nest opens an event stream before an async handler has run.
      if (headersSent) await saveLateChanges(requestSession, statusCode);
      else await requestSession.end(statusCode).catch(rethrow);
      return value;
    };
    return values.pipe(
      concatMap((value: unknown, index) =>
        index === 0 && requestSession.mustSave(response().statusCode) ? save(value) : [value],
      ),
    );
  }
}

function rethrow(error: unknown): never {
  throw toHttpError(error);
}
