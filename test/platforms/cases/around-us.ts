import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { Controller, Get, type MiddlewareConsumer, Module, type NestModule, Res, VersioningType } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import type { Platform, Reply } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';

type Next = (error?: unknown) => void;
type RequestWithSession = IncomingMessage & { session?: Session };

const queryOf = (request: IncomingMessage & { originalUrl?: string }) => request.originalUrl?.split('?')[1] ?? '';

/** Sets headers of its own, and wraps what an answer leaves by, as compression and timers do. */
function before(request: RequestWithSession, response: ServerResponse, next: Next): void {
  response.setHeader('X-Before', String(request.session === undefined));
  response.setHeader('Set-Cookie', 'before=1');
  const { writeHead } = response;
  response.writeHead = function (this: ServerResponse, ...args: [number]) {
    this.setHeader('X-Head-Below', String(this.getHeader('Vary')));
    return writeHead.apply(this, args);
  } as typeof writeHead;
  next();
}

@Module({})
class AfterModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply(async (request: RequestWithSession, response: ServerResponse, next: Next) => {
        const { writeHead } = response;
        response.writeHead = function (this: ServerResponse, ...args: [number]) {
          this.setHeader('X-Head-Above', '1');
          return writeHead.apply(this, args);
        } as typeof writeHead;
        const query = queryOf(request);
        if (query === 'writes') (await request.session!.load()).set('after', true);
        if (query === 'throws') return next(new Error('from a middleware'));
        if (query === 'answers') {
          (await request.session!.load()).set('answered', true);
          response.setHeader('Content-Type', 'text/plain');
          return void response.end('by a middleware');
        }
        next();
      })
      .forRoutes('{*path}');
  }
}

@Controller({ path: 'shop', version: '2' })
class ShopController {
  @Get()
  json(@Session() session: Session) {
    session.set('how', 'json');
    return { ok: true };
  }

  @Get('by-hand')
  res(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'res');
    reply.status(200).send({ ok: true });
  }

  @Get('untouched')
  untouched() {
    return { untouched: true };
  }
}

export function aroundUs(platform: Platform): void {
  describe('with cors, a prefix, versions, and middleware before and after', () => {
    const scene = sceneOf(platform, {
      controllers: [ShopController],
      after: [AfterModule],
      prepare: (app) => {
        app.enableCors({ origin: ['https://shop.example'], credentials: true });
        app.use(before);
        app.setGlobalPrefix('api');
        app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
      },
    });
    const READ = '/api/v1/read';
    const headers = { origin: 'https://shop.example' };

    test.each(['/api/v2/shop', '/api/v2/shop/by-hand'])('%s', async (path) => {
      const response = await scene.visitor.get(path, { headers });
      expect(await response.json()).toEqual({ ok: true });
      expect(response.headers.getSetCookie()).toEqual(['before=1', OUR_COOKIE]);
      expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.example');
      expect(response.headers.get('vary')).toBe('Origin, Cookie');
      expect(Object.fromEntries(response.headers)).toMatchObject({ 'x-before': 'true', 'x-head-above': '1' });
      expect(await scene.held(READ)).toHaveProperty('how');
    });

    test('middleware below us sees our headers', async () => {
      const response = await scene.visitor.get('/api/v2/shop/by-hand', { headers });
      expect(response.headers.get('x-head-below')).toBe('Origin, Cookie');
    });

    test('a request that does not use the session', async () => {
      const response = await scene.visitor.get('/api/v2/shop/untouched', { headers });
      expect(response.headers.getSetCookie()).toEqual(['before=1']);
      expect(response.headers.get('vary')).toBe('Origin');
    });

    test('middleware after ours that writes', async () => {
      await scene.visitor.get('/api/v2/shop/untouched?writes');
      expect(await scene.held(READ)).toEqual({ after: true });
    });

    test('middleware after ours that writes where no route is', async () => {
      const response = await scene.visitor.get('/api/v2/nowhere?writes');
      expect(response.status).toBe(404);
      expect(response.headers.getSetCookie()).toEqual(['before=1', OUR_COOKIE]);
      expect(await scene.held(READ)).toEqual({ after: true });
    });

    test('middleware after ours that answers', async () => {
      const response = await scene.visitor.get('/api/v2/shop?answers');
      expect(await response.text()).toBe('by a middleware');
      expect(response.headers.getSetCookie()).toEqual(['before=1', OUR_COOKIE]);
      expect(await scene.held(READ)).toEqual({ answered: true });
    });

    test('middleware after ours that throws', async () => {
      expect((await scene.visitor.get('/api/v2/shop?throws')).status).toBe(500);
    });

    test('a preflight, and what is outside of the prefix, use no session', async () => {
      const preflight = await scene.visitor.get('/api/v2/shop', {
        method: 'OPTIONS',
        headers: { ...headers, 'access-control-request-method': 'GET' },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-origin')).toBe('https://shop.example');
      expect(preflight.headers.get('set-cookie')).toBeNull();
      expect((await scene.visitor.get('/shop')).status).toBe(404);
    });

    test('an error in place of an answer keeps the headers of others', async () => {
      scene.engine.broken = true;
      const response = await scene.visitor.get('/api/v2/shop/by-hand', { headers });
      expect(response.status).toBe(503);
      expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.example');
      expect(response.headers.getSetCookie()).toEqual(['before=1']);
    });
  });
}
