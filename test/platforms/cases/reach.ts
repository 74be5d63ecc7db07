import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import {
  type ArgumentsHost,
  BadRequestException,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  Inject,
  Injectable,
  type MiddlewareConsumer,
  Module,
  type NestInterceptor,
  type NestModule,
  type PipeTransform,
  Query,
  Req,
  Scope,
  Session as NestSession,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { Session, SessionsService } from 'nestjs-django-sessions';
import type { Observable } from 'rxjs';
import type { Platform, PlatformRequest, Reply } from '../platform.js';
import { sceneOf } from '../scene.js';

type WithSession = PlatformRequest & { session: Session };

/** Adds a name to the list of those who were here, by `request.session`. */
async function sign(request: { session?: unknown }, name: string): Promise<void> {
  const session = request.session as Session;
  await session.load();
  session.set('here', [...(session.get('here', []) as string[]), name]);
}

const requestOf = (host: ArgumentsHost) => host.switchToHttp().getRequest<WithSession>();

@Module({})
class SigningModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply((request: IncomingMessage & { session: Session }, _response: ServerResponse, next: () => void) => {
        void sign(request, 'middleware').then(next);
      })
      .forRoutes('everywhere', 'filtered');
  }
}

@Injectable()
class SigningGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    await sign(requestOf(context), 'guard');
    return true;
  }
}

@Injectable()
class SigningInterceptor implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    await sign(requestOf(context), 'interceptor');
    return next.handle();
  }
}

@Injectable({ scope: Scope.REQUEST })
class SigningPipe implements PipeTransform {
  constructor(@Inject(REQUEST) private readonly request: WithSession) {}

  async transform(value: unknown) {
    await sign(this.request, 'pipe');
    return value;
  }
}

@Injectable({ scope: Scope.REQUEST })
class SigningService {
  constructor(
    @Inject(REQUEST) private readonly request: WithSession,
    private readonly sessions: SessionsService,
  ) {}

  async sign(): Promise<boolean> {
    await sign(this.request, 'request-scoped');
    return (await this.sessions.from(this.request)) === this.request.session;
  }
}

@Catch()
class SigningFilter implements ExceptionFilter {
  async catch(_exception: unknown, host: ArgumentsHost) {
    await sign(requestOf(host), 'filter');
    host.switchToHttp().getResponse<Reply>().status(400).send({});
  }
}

@Controller()
@UseFilters(SigningFilter)
@UseInterceptors(SigningInterceptor)
@UseGuards(SigningGuard)
class ReachController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly service: SigningService,
  ) {}

  @Get('everywhere')
  async everywhere(
    @Session() ours: Session,
    @NestSession() theirs: Session,
    @Req() request: WithSession,
    @Query('q', SigningPipe) _query: string,
  ) {
    await sign(request, 'handler');
    const isSame = await this.service.sign();
    return [ours === theirs, ours === request.session, ours === (await this.sessions.from(request)), isSame];
  }

  @Get('by-name')
  byName(@Session('here') here: unknown, @Session('absent') absent: unknown) {
    return { here, isAbsent: absent === undefined };
  }

  @Get('filtered')
  filtered() {
    throw new BadRequestException();
  }

  @Get('replaced')
  async replaced(@Req() request: WithSession, @Session() before: Session) {
    const other = await this.sessions.open();
    other.set('other', true);
    request.session = other;
    return [request.session === other, (await this.sessions.from(request)) === other, before === other];
  }

  @Get('ended-wrongly')
  endedWrongly(@Req() request: { session: unknown }) {
    request.session = null;
  }
}

export function reach(platform: Platform): void {
  describe('where the session can be reached', () => {
    const scene = sceneOf(platform, {
      controllers: [ReachController],
      providers: [SigningService],
      after: [SigningModule],
    });

    test('in all the parts of a request, and it is the same one', async () => {
      expect(await (await scene.visitor.get('/everywhere')).json()).toEqual([true, true, true, true]);
      const { here } = await scene.held();
      const names = ['middleware', 'guard', 'interceptor', 'pipe', 'handler', 'request-scoped'];
      expect(here).toEqual(names);
      expect(scene.engine.writes).toBe(1);
    });

    test('one value of it, by its name', async () => {
      const here = ['guard', 'interceptor'];
      expect(await (await scene.visitor.get('/by-name')).json()).toEqual({ here, isAbsent: true });
    });

    test('in a filter', async () => {
      expect((await scene.visitor.get('/filtered')).status).toBe(400);
      expect(await scene.held()).toEqual({ here: ['middleware', 'guard', 'interceptor', 'filter'] });
    });

    test('another one can be put in its place', async () => {
      expect(await (await scene.visitor.get('/replaced')).json()).toEqual([true, true, false]);
      expect(await scene.held()).toEqual({ other: true });
    });

    test('but not something that is no session', async () => {
      expect((await scene.visitor.get('/ended-wrongly')).status).toBe(400);
      expect(await scene.held()).toEqual({ here: ['guard', 'interceptor', 'filter'] });
    });
  });
}
