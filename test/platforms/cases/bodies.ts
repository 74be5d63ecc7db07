import bodyParser from 'body-parser';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { Body, Controller, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Session } from 'nestjs-django-sessions';
import { asMiddleware, moduleWith, type Mounting } from '../mounting.js';
import type { Platform } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';

const LARGEST_TEXT = 100;

/** Where one parser is given, Nest leaves forms to the application. */
const ofFastify: Mounting = {
  side: 'by useBodyParser',
  parts: {
    prepare(app) {
      const { useBodyParser } = app as NestFastifyApplication;
      useBodyParser.call(app, 'text/plain', { bodyLimit: LARGEST_TEXT }, (_request, body, done) => {
        done(null, body.toString());
      });
      useBodyParser.call(app, 'application/x-www-form-urlencoded', {}, (_request, body, done) => {
        done(null, Object.fromEntries(new URLSearchParams(body.toString())));
      });
    },
  },
};

const MOUNTINGS = { express: asMiddleware(bodyParser.text({ limit: LARGEST_TEXT })), fastify: [ofFastify] };

/** Writes to the session before any parser that comes after it. */
async function writesEarly(
  request: IncomingMessage & { originalUrl?: string; session: Session },
  _response: ServerResponse,
  next: () => void,
) {
  if (request.originalUrl!.endsWith('?early')) (await request.session.load()).set('early', true);
  next();
}

@Controller()
class BodiesController {
  @Post('takes')
  takes(@Session() session: Session, @Body() body: unknown) {
    session.set('body', body);
    return { body };
  }
}

const sent = (type: string, body: string) => ({ method: 'POST', body, headers: { 'content-type': type } });

export function bodies(platform: Platform): void {
  describe.each(MOUNTINGS[platform.kind])('bodies, with a parser of texts, $side', ({ side, parts }) => {
    const scene = sceneOf(platform, {
      controllers: [BodiesController],
      ...parts,
      after: [moduleWith(writesEarly), ...(parts.after ?? [])],
    });

    test.each([
      ['application/json', '{"a":[1]}', { a: [1] }],
      ['application/x-www-form-urlencoded', 'a=1&b=2', { a: '1', b: '2' }],
      ['text/plain', 'a text', 'a text'],
    ])('%s', async (type, body, parsed) => {
      const response = await scene.savedFirst('/takes', sent(type, body));
      expect(response.status).toBe(201);
      expect(await response.json()).toEqual({ body: parsed });
      expect(response.headers.getSetCookie()).toEqual([OUR_COOKIE]);
      expect(await scene.held()).toEqual({ body: parsed });
    });

    // A parser that comes before us leaves nobody the time to write.
    const early = (comesFirst: boolean) => (comesFirst ? {} : { early: true });
    const refused: [string, string, number, object][] = [
      ['application/json', '{"a":', 400, early(platform.kind === 'express')],
      ['text/plain', 'x'.repeat(LARGEST_TEXT + 1), 413, early(side === 'before ours')],
    ];

    test.each(refused)('one that is refused costs no session: %s', async (type, body, status) => {
      await scene.visitor.post('/takes', sent(type, '1'));
      scene.engine.reset();
      const response = await scene.visitor.get('/takes', sent(type, body));
      expect(response.status).toBe(status);
      expect([response.headers.get('set-cookie'), response.headers.get('vary')]).toEqual([null, null]);
      expect([scene.engine.reads, scene.engine.writes]).toEqual([0, 0]);
    });

    test.each(refused)('what was written before it was refused is kept: %s', async (type, body, status, kept) => {
      const response = await scene.visitor.get('/takes?early', sent(type, body));
      expect(response.status).toBe(status);
      expect(await scene.held()).toEqual(kept);
    });

    test('a client that leaves while it sends does no harm', async () => {
      await scene.visitor.post('/takes', sent('text/plain', 'first'));
      const headers = { cookie: scene.cookie, 'content-type': 'text/plain', 'content-length': 50 };
      await new Promise<void>((resolve) => {
        const request = httpRequest(`${scene.url}/takes`, { method: 'POST', headers });
        request.on('close', resolve).on('error', () => {});
        request.write('half', () => request.destroy());
      });
      expect(await scene.held()).toEqual({ body: 'first' });
    });
  });
}
