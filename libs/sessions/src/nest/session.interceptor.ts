import type { ServerResponse } from 'node:http';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { catchError, concatMap, type Observable } from 'rxjs';
import { answersByItself } from './answers-by-itself.js';
import { toHttpError } from './http-errors.js';
import { saveLateChanges } from './late-changes.js';
import { findRequestSession, type PlatformRequest } from './request-sessions.js';

/** A response as a platform hands it out: Express's own is the raw one, Fastify's has it in `raw`. */
type PlatformResponse = ServerResponse & { raw?: ServerResponse };

/**
 * Saves the session as soon as a handler's first value is there, so that a save that fails is an
 * ordinary exception, which the application's own filters shape. What comes later, or another way,
 * is saved when the answer leaves.
 */
@Injectable()
export class SessionInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const values = next.handle();
    if (context.getType() !== 'http') return values;
    if (answersByItself(context)) return values.pipe(catchError(rethrow));
    const http = context.switchToHttp();
    const requestSession = findRequestSession(http.getRequest<PlatformRequest>());
    if (!requestSession) return values;
    const response = () => rawOf(http.getResponse<PlatformResponse>());
    const save = async (value: unknown) => {
      const { headersSent, statusCode } = response();
      // With an interceptor in place Nest opens an event stream before an async handler has run.
      if (headersSent) await saveLateChanges(requestSession, statusCode);
      else await requestSession.end(statusCode);
      return value;
    };
    return values.pipe(
      concatMap((value: unknown, index) =>
        index === 0 && requestSession.mustSave(response().statusCode) ? save(value) : [value],
      ),
      // Also what the handler awaited itself, such as `session.cycleKey()`: it fails in the same words.
      catchError(rethrow),
    );
  }
}

function rawOf(response: PlatformResponse): ServerResponse {
  return response.raw ?? response;
}

function rethrow(error: unknown): never {
  throw toHttpError(error);
}
