import { describe, expect, test } from '@jest/globals';
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  ForbiddenException,
  Get,
  HttpException,
  Inject,
  Injectable,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Session, SessionsService, SessionStoreError, SessionUpdateError } from 'nestjs-django-sessions';
import { byHand, type Platform, type PlatformRequest, type Reply } from '../platform.js';
import { sceneOf } from '../scene.js';
import { AnsweringController } from './answering.controller.js';
import { WAYS } from './ways.js';

@Injectable()
class RefusingGuard implements CanActivate {
  constructor(private readonly sessions: SessionsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    (await this.sessions.from(context)).set('refused', true);
    throw new ForbiddenException();
  }
}

@Catch(HttpException)
class TeapotFilter implements ExceptionFilter {
  catch(exception: HttpException, host: ArgumentsHost) {
    const teapot = { was: exception.getStatus(), name: exception.name };
    host.switchToHttp().getResponse<Reply>().status(418).send(teapot);
  }
}

/** Waits for its answer, so that a failure of it would be its own. */
@Catch(ForbiddenException)
class PatientFilter implements ExceptionFilter {
  constructor(@Inject(HttpAdapterHost) private readonly platform: HttpAdapterHost) {}

  async catch(_: unknown, host: ArgumentsHost) {
    const reply = host.switchToHttp().getResponse<Reply>();
    reply.status(403);
    await this.platform.httpAdapter.reply(reply, { refused: true });
  }
}

@Controller()
class LostController {
  constructor(@Inject(HttpAdapterHost) private readonly platform: HttpAdapterHost) {}

  @Get('headers/:how')
  headers(@Session() session: Session, @Req() request: PlatformRequest, @Res() reply: Reply) {
    session.set('how', 'headers');
    const headers: Record<string, string> = {
      'X-Theirs': '1',
      'Content-Security-Policy': "default-src 'self'",
      'Content-Type': 'text/plain',
      'Content-Language': 'en',
      'Cache-Control': 'public, max-age=60',
      ETag: '"one"',
      Location: '/elsewhere',
    };
    if (request.params['how'] === 'reply') {
      for (const [name, value] of Object.entries(headers)) reply.header(name, value);
      reply.status(201).send('a body that is never seen');
    } else {
      byHand(reply)
        .writeHead(201, 'Made', { ...headers, 'Content-Length': 4 })
        .end('body');
    }
  }

  @Get('callbacks')
  callbacks(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'callbacks');
    const response = byHand(reply);
    response.write('one', () => response.write('two', () => response.end('three', () => this.ended())));
  }

  ended = () => {};

  @Get('filtered')
  @UseFilters(TeapotFilter)
  filtered(@Session() session: Session) {
    session.set('how', 'filtered');
  }

  @Get('caught')
  async caught(@Session() session: Session) {
    try {
      await session.set('how', 'caught').save();
      return 'saved';
    } catch (error) {
      const { code } = error as SessionStoreError;
      return { is: [error instanceof SessionStoreError, error instanceof SessionUpdateError], code };
    } finally {
      session.modified = false;
    }
  }

  @Get('handed-over')
  handedOver(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'handed-over');
    this.platform.httpAdapter.reply(reply, { ok: true });
  }

  @Get('filtered-later')
  @UseFilters(PatientFilter)
  filteredLater(@Session() session: Session) {
    session.set('how', 'filtered-later');
    throw new ForbiddenException();
  }

  @Get('guarded')
  @UseGuards(RefusingGuard)
  guarded() {
    return 'never';
  }
}

const ours = (response: Response) =>
  response.headers.getSetCookie().filter((cookie) => cookie.startsWith('sessionid='));

export function failingStore(platform: Platform): void {
  describe('a store that fails', () => {
    const scene = sceneOf(platform, { controllers: [AnsweringController, LostController] });

    test.each(WAYS)('at saving is a 503, with no cookie: $method $path', async ({ method, path }) => {
      scene.engine.broken = true;
      const response = await scene.visitor.get(`/${path}`, { method });
      expect(response.status).toBe(503);
      expect(response.statusText).toBe('Service Unavailable');
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(response.headers.get('location')).toBeNull();
      expect(ours(response)).toEqual([]);
      const text = await response.text();
      if (method === 'HEAD') expect(text).toBe('');
      else expect(JSON.parse(text)).toMatchObject({ statusCode: 503, message: 'The session store is unavailable.' });
    });

    test('a handler that saves by itself is told in words of both: of the library and of HTTP', async () => {
      scene.engine.broken = true;
      const response = await scene.visitor.get('/caught');
      expect(await response.json()).toEqual({ is: [true, false], code: 'SESSION_STORE' });
    });

    test.each(['handed-over', 'filtered-later'])('who hands the answer to the platform himself: %s', async (path) => {
      scene.engine.broken = true;
      const response = await scene.visitor.get(`/${path}`);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ statusCode: 503, message: 'The session store is unavailable.' });
      expect(ours(response)).toEqual([]);
    });

    test.each(['reply', 'write-head'])(
      'what was said of the answer is not said of the error, all else is: %s',
      async (how) => {
        scene.engine.broken = true;
        const response = await scene.visitor.get(`/headers/${how}`);
        expect(response.status).toBe(503);
        expect(response.statusText).toBe('Service Unavailable');
        expect(await response.json()).toMatchObject({ statusCode: 503 });
        const { headers } = response;
        expect(headers.get('x-theirs')).toBe('1');
        expect(headers.get('content-security-policy')).toBe("default-src 'self'");
        expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
        for (const name of ['content-language', 'cache-control', 'etag', 'location']) {
          expect([name, headers.get(name)]).toEqual([name, null]);
        }
      },
    );

    test('whoever waits for his bytes to leave is told to go on', async () => {
      scene.engine.broken = true;
      const ended = new Promise<void>((resolve) => (scene.app.get(LostController).ended = resolve));
      expect((await scene.visitor.get('/callbacks')).status).toBe(503);
      await ended;
    });

    test('at loading is a 503, and the cookie stays', async () => {
      await scene.visitor.get('/json');
      await scene.database.dataSource.query('ALTER TABLE django_session RENAME TO elsewhere');
      const response = await scene.visitor.get('/read');
      expect(response.status).toBe(503);
      expect(response.headers.getSetCookie()).toEqual([]);
      await scene.database.dataSource.query('ALTER TABLE elsewhere RENAME TO django_session');
      expect(await scene.held()).toEqual({ how: 'json' });
    });

    test.each(['untouched', 'no/such/route'])(
      'does not touch requests that do not use the session: %s',
      async (path) => {
        await scene.visitor.get('/json');
        scene.engine.broken = true;
        expect((await scene.visitor.get(`/${path}`)).status).toBe(path === 'untouched' ? 200 : 404);
      },
    );

    test('a guard that refuses has written before', async () => {
      scene.engine.broken = true;
      expect((await scene.visitor.get('/guarded')).status).toBe(503);
    });

    test("is an exception for the application's filters, where the handler has not answered by itself", async () => {
      scene.engine.broken = true;
      const response = await scene.visitor.get('/filtered');
      expect(response.status).toBe(418);
      expect(await response.json()).toEqual({ was: 503, name: 'SessionStoreUnavailableException' });
    });
  });
}
