import { describe, expect, test } from '@jest/globals';
import {
  type ArgumentsHost,
  BadRequestException,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  HttpCode,
  HttpException,
  Param,
  Post,
  Res,
  UseFilters,
} from '@nestjs/common';
import { Session, SessionInterruptedError, SessionsService } from 'nestjs-django-sessions';
import { Visitor } from '../../support/browserlike.js';
import type { Platform, Reply } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';

@Catch(HttpException)
class TeapotFilter implements ExceptionFilter {
  catch(exception: HttpException, host: ArgumentsHost) {
    const teapot = { was: exception.getStatus(), name: exception.name };
    host.switchToHttp().getResponse<Reply>().status(418).send(teapot);
  }
}

@Controller()
class TabsController {
  constructor(private readonly sessions: SessionsService) {}

  @Post('set/:key')
  set(@Session() session: Session, @Param('key') key: string) {
    session.set(key, true);
    return { ok: true };
  }

  #begin = () => {};
  begun = Promise.resolve();
  goOn = Promise.resolve();

  expectRead(): () => void {
    let release = () => {};
    this.begun = new Promise((resolve) => (this.#begin = resolve));
    this.goOn = new Promise((resolve) => (release = resolve));
    return release;
  }

  @Get('reads-slowly')
  async readsSlowly(@Session() session: Session) {
    const data = { ...session.data };
    this.#begin();
    await this.goOn;
    return data;
  }

  @Post('log-out')
  @HttpCode(200)
  async logOut(@Session() session: Session) {
    await session.flush();
    return { ok: true };
  }

  @Post('ended/value')
  async ended(@Session() session: Session) {
    session.set('x', 1);
    await (await this.sessions.open(session.sessionKey)).flush();
    return 'too late';
  }

  @Post('ended/filtered')
  @UseFilters(TeapotFilter)
  async endedFiltered(@Session() session: Session) {
    return this.ended(session);
  }

  @Post('ended/res')
  async endedByHand(@Session() session: Session, @Res() reply: Reply) {
    reply.status(200).send(await this.ended(session));
  }
}

export function atTheSameTime(platform: Platform): void {
  describe('requests of one visitor at the same time', () => {
    const scene = sceneOf(platform, { controllers: [TabsController] });
    const REMOVED = expect.stringMatching(/^sessionid=""; (?=.*Max-Age=0)/);

    test('two that write: neither is lost', async () => {
      await scene.visitor.post('/set/before');
      const { release, reached } = scene.engine.hold(1);
      const slow = scene.visitor.post('/set/slow');
      await reached;
      await scene.visitor.post('/set/quick');
      release();
      expect((await slow).status).toBe(201);
      expect(await scene.held()).toEqual({ before: true, slow: true, quick: true });
    });

    test('a log-out is not undone by a write that was slower', async () => {
      await scene.visitor.post('/set/before');
      const { cookie } = scene;
      const { release, reached } = scene.engine.hold(1);
      const slow = scene.visitor.post('/set/slow');
      await reached;
      expect((await scene.visitor.post('/log-out')).headers.getSetCookie()).toEqual([REMOVED]);
      release();
      const response = await slow;
      expect(response.status).toBe(400);
      expect(response.headers.getSetCookie()).toEqual([]);
      const late = new Visitor(scene.url);
      expect(await (await late.get('/read', { headers: { cookie } })).json()).toEqual({});
    });

    test('nor by a request that was slower, and wrote nothing', async () => {
      await scene.visitor.post('/set/before');
      const { cookie } = scene;
      const tabs = scene.app.get(TabsController);
      const release = tabs.expectRead();
      const slow = scene.visitor.get('/reads-slowly');
      await tabs.begun;
      await scene.visitor.post('/log-out');
      release();
      const response = await slow;
      expect(await response.json()).toEqual({ before: true });
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await (await new Visitor(scene.url).get('/read', { headers: { cookie } })).json()).toEqual({});
    });

    test('a log-out deletes the session, and takes the cookie away', async () => {
      await scene.visitor.post('/set/before');
      const { cookie } = scene;
      const response = await scene.savedFirst('/log-out', { method: 'POST' });
      expect(response.headers.getSetCookie()).toEqual([REMOVED]);
      expect(response.headers.get('vary')).toBe('Cookie');
      const keys = (await scene.database.rows()).map(({ session_key }) => session_key);
      expect(keys).not.toContain(cookie.split('=')[1]);
    });

    test('a first write after a log-out makes a new session', async () => {
      await scene.visitor.post('/set/before');
      const { cookie } = scene;
      await scene.visitor.post('/log-out');
      const response = await scene.visitor.post('/set/after', { headers: { cookie } });
      expect(response.headers.getSetCookie()).toEqual([OUR_COOKIE]);
      expect(scene.cookie).not.toBe(cookie);
      expect(await scene.held()).toEqual({ after: true });
    });

    test.each(['value', 'res'])('a session that was ended meanwhile is a 400: %s', async (how) => {
      await scene.visitor.post('/set/before');
      const response = await scene.visitor.post(`/ended/${how}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ statusCode: 400, message: new SessionInterruptedError().message });
      expect(new SessionInterruptedError()).toBeInstanceOf(BadRequestException);
    });

    test("which the application's filters shape, where the handler has not answered by itself", async () => {
      await scene.visitor.post('/set/before');
      const response = await scene.visitor.post('/ended/filtered');
      expect(response.status).toBe(418);
      expect(await response.json()).toEqual({ was: 400, name: 'SessionInterruptedError' });
      expect(response.headers.getSetCookie()).toEqual([]);
    });
  });
}
