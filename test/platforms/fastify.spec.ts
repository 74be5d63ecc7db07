import { createRequire } from 'node:module';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ExecutionContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Session, SessionsModule, SessionsService } from 'nestjs-django-sessions';
import { embeddedDatabase, SECRET } from '../support/application.js';
import { AnsweringController } from './cases/answering.controller.js';
import { EventsController } from './cases/events.js';
import { HeadsController } from './cases/heads.js';
import { WAYS } from './cases/ways.js';
import { Http2Visitor } from './http2-visitor.js';
import { fastify, fastifyOverHttp2 } from './platform.js';
import { OUR_COOKIE, sceneOf } from './scene.js';

type FastifyInstance = NonNullable<
  Extract<ConstructorParameters<typeof FastifyAdapter>[0], { decorateRequest: unknown }>
>;

// What `inject()` runs on requires an ES module, which Jest does not do on Node 20.
const lightMyRequest = createRequire(
  createRequire(createRequire(import.meta.url).resolve('fastify')).resolve('light-my-request'),
);
const cookieModule = (await import(lightMyRequest.resolve('cookie'))) as object;
jest.doMock(lightMyRequest.resolve('cookie'), () => cookieModule);

describe('HTTP/2', () => {
  const scene = sceneOf(fastifyOverHttp2, { controllers: [AnsweringController, HeadsController, EventsController] });
  let visitor: Http2Visitor;
  beforeEach(() => {
    visitor = new Http2Visitor(scene.url);
  });
  afterEach(() => visitor.close());

  const GET = WAYS.filter(({ method }) => method === 'GET');

  test.each([
    ...GET,
    ...['object', 'flat', 'arrays', 'no reason', 'bare'].map((form) => ({
      path: `write-head/${form}`,
      status: 200,
      how: 'write-head',
      body: 'done',
    })),
    { path: 'events', status: 200, how: 'events', body: null },
  ])('$path', async ({ path, status, how, body }) => {
    const answer = await visitor.get(`/${path}`);
    expect(answer.status).toBe(status);
    expect(answer.cookies.slice(-1)).toEqual([OUR_COOKIE]);
    expect(answer.headers.vary).toMatch(/\bCookie$/);
    if (body !== null) expect(answer.body === body || answer.body.slice(0, 100)).toBe(true);
    expect(JSON.parse((await visitor.get('/read')).body)).toEqual({ how });
  });

  test.each([...GET, { path: 'write-head/object', how: 'write-head' }, { path: 'events', how: 'events' }])(
    'the first byte waits for the store: $path',
    async ({ path, how }) => {
      const { release, reached } = scene.engine.hold();
      let answered = false;
      const answer = visitor.get(`/${path}`, () => (answered = true));
      await reached;
      await visitor.get('/untouched');
      expect(answered).toBe(false);
      release();
      await answer;
      expect(JSON.parse((await visitor.get('/read')).body)).toEqual({ how });
    },
  );

  test.each([...GET, { path: 'write-head/object' }, { path: 'events' }])(
    'a failing store is a 503: $path',
    async ({ path }) => {
      scene.engine.broken = true;
      const answer = await visitor.get(`/${path}`);
      expect(answer.status).toBe(503);
      expect(answer.cookies.filter((cookie) => cookie.startsWith('sessionid='))).toEqual([]);
      expect(JSON.parse(answer.body)).toMatchObject({ statusCode: 503 });
    },
  );

  test.each(['json', 'res', 'pipe'])('a client that leaves while it waits does no harm: %s', async (path) => {
    await visitor.get('/text');
    const { release, reached } = scene.engine.hold();
    await visitor.leave(`/${path}`, reached);
    release();
    while ((JSON.parse((await visitor.get('/read')).body) as { how: string }).how !== path);
  });

  test('what does not use the session carries nothing of it', async () => {
    const { headers } = await visitor.get('/untouched');
    expect([headers['set-cookie'], headers.vary]).toEqual([undefined, undefined]);
  });
});

describe("Fastify's own way to ask an application, without a network", () => {
  const scene = sceneOf(fastify, { controllers: [AnsweringController, HeadsController] });
  const inject = (url: string, cookies: Record<string, string> = {}) =>
    (scene.app as NestFastifyApplication).inject({ url, cookies });

  test.each([
    'json',
    'res',
    'redirect',
    'file',
    'pipe',
    'flush-headers',
    'write',
    'write-head/object',
    'generator',
    'web-response',
  ])('%s', async (path) => {
    const answer = await inject(`/${path}`);
    const cookie = answer.cookies.find(({ name }) => name === 'sessionid')!;
    expect(answer.headers.vary).toMatch(/Cookie$/);
    expect((await inject('/read', { sessionid: cookie.value })).json()).toEqual({ how: path.split('/')[0] });
  });

  test('a failing store', async () => {
    scene.engine.broken = true;
    expect((await inject('/res')).statusCode).toBe(503);
  });
});

describe('an instance of Fastify that is brought along', () => {
  const start = async (prepare: (instance: FastifyInstance) => void) => {
    const adapter = new FastifyAdapter();
    prepare(adapter.getInstance<FastifyInstance>());
    const module = await Test.createTestingModule({
      imports: [embeddedDatabase(), SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false })],
    }).compile();
    const app = module.createNestApplication<NestFastifyApplication>(adapter, { logger: false });
    await app.init().catch(async (error: unknown) => {
      await app.close();
      throw error;
    });
    return app;
  };

  test('routes and hooks of its own reach the session too', async () => {
    const seen: unknown[] = [];
    const app = await start((instance) => {
      instance.addHook('onRequest', async (request) => void seen.push((request as { session?: unknown }).session));
      const own = async (request: object) => {
        const { session } = request as { session: Session };
        (await session.load()).set('own', 1);
        // As Mercurius has it in the context of a resolver.
        const resolver = { getType: () => 'graphql', getArgByIndex: () => ({ reply: { request } }), switchToHttp() {} };
        return { same: (await sessions.from(resolver as unknown as ExecutionContext)) === session };
      };
      instance.get('/own', (request) => own(request));
    });
    const sessions = app.get(SessionsService);
    const answer = await app.inject('/own');
    expect(answer.json()).toEqual({ same: true });
    expect(answer.headers['set-cookie']).toEqual([OUR_COOKIE]);
    expect(seen).toEqual([undefined]);
    await app.close();
  });

  test('a plugin that has taken request.session is told of', async () => {
    const started = start((instance) => instance.decorateRequest('session', null as never));
    await expect(started).rejects.toThrow(/request\.session is taken by another plugin of Fastify/);
  });
});
