import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { Session, SessionInterruptedError, SessionsService } from 'nestjs-django-sessions';
import { byHand, type Platform, type PlatformRequest, type Reply } from '../platform.js';
import { sceneOf } from '../scene.js';
import { AnsweringController } from './answering.controller.js';

@Controller()
class LostController {
  constructor(private readonly sessions: SessionsService) {}

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

  @Post('ended-meanwhile/value')
  async endedMeanwhile(@Session() session: Session) {
    session.set('x', 1);
    await (await this.sessions.open(session.sessionKey)).flush();
    return 'too late';
  }

  @Post('ended-meanwhile/res')
  async endedMeanwhileByHand(@Session() session: Session, @Res() reply: Reply) {
    reply.status(200).send(await this.endedMeanwhile(session));
  }
}

export function failingStore(platform: Platform): void {
  describe('a store that fails', () => {
    const scene = sceneOf(platform, { controllers: [AnsweringController, LostController] });
    const PATHS = [
      'json',
      'text',
      'nothing',
      'res',
      'redirect',
      'file',
      'pipe',
      'pipeline',
      'flush-headers',
      'write',
      'throws/404',
    ];

    test.each(PATHS)('at saving is a 503, with no cookie: %s', async (path) => {
      scene.engine.broken = true;
      const response = await scene.visitor.get(`/${path}`);
      expect(response.status).toBe(503);
      expect(response.statusText).toBe('Service Unavailable');
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(response.headers.get('location')).toBeNull();
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await response.json()).toMatchObject({ statusCode: 503, message: 'The session store is unavailable.' });
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
        scene.engine.broken = true;
        expect((await scene.visitor.get(`/${path}`)).status).toBe(path === 'untouched' ? 200 : 404);
      },
    );

    test.each(['value', 'res'])('a session that was ended meanwhile is a 400: %s', async (how) => {
      await scene.visitor.get('/json');
      const response = await scene.visitor.post(`/ended-meanwhile/${how}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ statusCode: 400, message: new SessionInterruptedError().message });
    });
  });
}
