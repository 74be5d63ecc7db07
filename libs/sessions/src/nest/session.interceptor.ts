import type { ServerResponse } from 'node:http';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { mergeMap, type Observable } from 'rxjs';
import { answersByItself } from './answers-by-itself.js';
import { toHttpError } from './http-errors.js';
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
    const save = async (value: unknown) => {
      try {
        await requestSession.end(http.getResponse<ServerResponse>().statusCode);
      } catch (error) {
        throw toHttpError(error);
      }
      return value;
    };
    const isDue = () => {
      const { headersSent, statusCode } = http.getResponse<ServerResponse>();
      return !headersSent && requestSession.mustSave(statusCode);
    };
    return values.pipe(mergeMap((value: unknown, index) => (index === 0 && isDue() ? save(value) : [value])));
  }
}
