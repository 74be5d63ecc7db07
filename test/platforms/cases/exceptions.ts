import { describe, expect, test } from '@jest/globals';
import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  ForbiddenException,
  Get,
  HttpException,
  Injectable,
  type NestInterceptor,
  Param,
  ParseIntPipe,
  RequestTimeoutException,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { Session, SessionsService } from 'nestjs-django-sessions';
import { catchError, concatMap, map, NEVER, type Observable, throwError, timeout } from 'rxjs';
import type { Platform, Reply } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';

@Injectable()
class WritingGuard implements CanActivate {
  constructor(private readonly sessions: SessionsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    (await this.sessions.from(context)).set('guard', true);
    return true;
  }
}

@Injectable()
class RefusingGuard extends WritingGuard {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    throw new ForbiddenException();
  }
}

function answeringFilter(status: number) {
  @Catch()
  class AnsweringFilter implements ExceptionFilter {
    catch(exception: unknown, host: ArgumentsHost) {
      const was = exception instanceof HttpException ? exception.getStatus() : 500;
      host.switchToHttp().getResponse<Reply>().status(status).send({ was });
    }
  }
  return AnsweringFilter;
}

@Catch()
class WritingFilter implements ExceptionFilter {
  constructor(private readonly sessions: SessionsService) {}

  async catch(exception: HttpException, host: ArgumentsHost) {
    (await this.sessions.from(host)).set('filter', exception.message);
    host.switchToHttp().getResponse<Reply>().status(409).send({ filtered: true });
  }
}

@Injectable()
class ReplacingInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((value) => ({ replaced: value })));
  }
}

@Injectable()
class LateWritingInterceptor implements NestInterceptor {
  constructor(private readonly sessions: SessionsService) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      concatMap(async (value) => {
        (await this.sessions.from(context)).set('after', value);
        return value;
      }),
    );
  }
}

@Injectable()
class RejectingInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(concatMap(() => throwError(() => new HttpException('rejected', 422))));
  }
}

@Injectable()
class ImpatientInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      timeout(20),
      catchError(() => throwError(() => new RequestTimeoutException())),
    );
  }
}

@Controller()
class ExceptionsController {
  @Get('refused')
  @UseGuards(RefusingGuard)
  refused() {
    return 'never';
  }

  @Get('piped/:number')
  @UseGuards(WritingGuard)
  piped(@Param('number', ParseIntPipe) number: number) {
    return { number };
  }

  @Get('client-error-as-teapot')
  @UseFilters(answeringFilter(418))
  teapot(@Session() session: Session) {
    session.set('how', 'teapot');
    throw new HttpException('thrown', 400);
  }

  @Get('server-error-as-success')
  @UseFilters(answeringFilter(200))
  success(@Session() session: Session) {
    session.set('how', 'success');
    throw new Error('thrown');
  }

  @Get('client-error-as-server-error')
  @UseFilters(answeringFilter(502))
  serverError(@Session() session: Session) {
    session.set('how', 'server-error');
    throw new HttpException('thrown', 400);
  }

  @Get('filter-writes')
  @UseFilters(WritingFilter)
  filterWrites() {
    throw new HttpException('thrown', 400);
  }

  @Get('replaced')
  @UseInterceptors(ReplacingInterceptor)
  replaced(@Session() session: Session) {
    session.set('how', 'replaced');
    return 'value';
  }

  @Get('after')
  @UseInterceptors(LateWritingInterceptor)
  after(@Session() session: Session) {
    session.set('how', 'after');
    return 'value';
  }

  @Get('rejected')
  @UseInterceptors(RejectingInterceptor)
  rejected(@Session() session: Session) {
    session.set('how', 'rejected');
    return 'value';
  }

  @Get('timeout')
  @UseInterceptors(ImpatientInterceptor)
  timeout(@Session() session: Session) {
    session.set('how', 'timeout');
    return NEVER;
  }
}

export function exceptions(platform: Platform): void {
  describe('guards, pipes, interceptors, filters', () => {
    const scene = sceneOf(platform, {
      controllers: [ExceptionsController],
      providers: [RefusingGuard, WritingGuard, WritingFilter, LateWritingInterceptor],
    });

    test.each([
      ['a guard that refuses has written before', 'refused', 403, { guard: true }],
      ['a pipe that rejects', 'piped/x', 400, { guard: true }],
      ['a pipe that does not', 'piped/7', 200, { guard: true }],
      ['a filter that makes another status of 4xx', 'client-error-as-teapot', 418, { how: 'teapot' }],
      ['a filter that makes a success of 5xx', 'server-error-as-success', 200, { how: 'success' }],
      ['a filter that makes 5xx of 4xx', 'client-error-as-server-error', 502, {}],
      ['a filter that writes', 'filter-writes', 409, { filter: 'thrown' }],
      ['an interceptor that replaces the value', 'replaced', 200, { how: 'replaced' }],
      ['an interceptor that writes after the handler', 'after', 200, { how: 'after', after: 'value' }],
      ['an interceptor that rejects', 'rejected', 422, { how: 'rejected' }],
      ['a handler that times out', 'timeout', 408, { how: 'timeout' }],
    ])('%s', async (_title, path, status, kept) => {
      const isKept = Object.keys(kept).length > 0;
      const response = await (isKept ? scene.savedFirst(`/${path}`) : scene.visitor.get(`/${path}`));
      expect(response.status).toBe(status);
      expect(response.headers.getSetCookie()).toEqual(isKept ? [OUR_COOKIE] : []);
      expect(response.headers.get('vary')).toBe('Cookie');
      if (path === 'replaced') expect(await response.json()).toEqual({ replaced: 'value' });
      expect(await scene.held()).toEqual(kept);
    });
  });
}
