import { type IncomingMessage, type RequestListener, Server, ServerResponse } from 'node:http';
import { Controller, Get, type INestApplication, Module, Req, Res } from '@nestjs/common';
import { type AbstractHttpAdapter, HttpAdapterHost } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import express from 'express';
import { SessionsModule, Session } from 'nestjs-django-sessions';
import { ownMessageClass } from '../../libs/sessions/src/http/own-message-class.js';

const SECRET = 'a secret of more than thirty-two characters';

@Controller()
class VisitsController {
  @Get('visits')
  visits(@Session() session: Session<{ visits: number }>) {
    session.set('visits', session.get('visits', 0) + 1);
    return { visits: session.get('visits') };
  }

  @Get('prototypes')
  prototypes(@Req() request: IncomingMessage, @Res({ passthrough: true }) response: ServerResponse) {
    seen.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
    return {};
  }
}

@Module({
  imports: [SessionsModule.forRoot({ secretKey: SECRET, engine: 'cache', clearSessions: false })],
  controllers: [VisitsController],
})
class ApplicationModule {
  constructor(private readonly host: HttpAdapterHost) {}

  /** After the session's own middleware, and before the routes. */
  onModuleInit(): void {
    if (mounted) this.host.httpAdapter.use('/below', mounted);
  }
}

const seen: unknown[] = [];
let app: INestApplication | undefined;
let mounted: express.Express | undefined;

afterEach(async () => {
  seen.length = 0;
  mounted = undefined;
  await app?.close();
  app = undefined;
});

async function start(
  adapter: ExpressAdapter | FastifyAdapter,
  prepare: (server: Server) => void = () => {},
): Promise<string> {
  const module = await Test.createTestingModule({ imports: [ApplicationModule] }).compile();
  app = module.createNestApplication(adapter as AbstractHttpAdapter, { logger: false });
  prepare(app.getHttpServer() as Server);
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

async function visit(url: string, cookie = ''): Promise<{ body: unknown; cookie: string; headers: Headers }> {
  const response = await fetch(url, { headers: { cookie } });
  const [text = ''] = response.headers.getSetCookie();
  return { body: await response.json(), cookie: text.split(';')[0]!, headers: response.headers };
}

describe('messages of Express', () => {
  test('have the prototypes that Express gives them before Express has them', async () => {
    const before: unknown[] = [];
    const url = await start(new ExpressAdapter(), (server) => {
      server.prependListener('request', (request: object, response: object) => {
        before.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
      });
    });
    await visit(`${url}/prototypes`);
    expect(before).toHaveLength(2);
    expect(seen[0]).toBe(before[0]);
    expect(seen[1]).toBe(before[1]);
  });

  test('have what was put on those of the application, before and after', async () => {
    const instance = express();
    Object.assign(instance.response, { before: () => 'before' });
    const url = await start(new ExpressAdapter(instance));
    Object.assign(instance.response, { after: () => 'after' });
    await visit(`${url}/prototypes`);
    const response = Object.create(seen[1] as object) as { before(): string; after(): string; json: unknown };
    expect([response.before(), response.after(), typeof response.json]).toEqual(['before', 'after', 'function']);
    expect(response).toBeInstanceOf(ServerResponse);
  });

  test('reach a sub-application, and come back from it, with the session', async () => {
    const below = express();
    below.get('/', (request, response, next) => {
      const { session } = request as unknown as { session: Session<{ visits: number }> };
      session
        .load()
        .then(() => response.json({ below: session.get('visits', 0), mounted: request.app === below }))
        .catch(next);
    });
    mounted = below;
    const url = await start(new ExpressAdapter());
    const { cookie } = await visit(`${url}/visits`);
    expect(await visit(`${url}/below`, cookie)).toMatchObject({ body: { below: 1, mounted: true } });
    expect(await visit(`${url}/visits`, cookie)).toMatchObject({ body: { visits: 2 } });
  });
});

describe('messages of Fastify', () => {
  test('are of the class that its server was given', async () => {
    class Counted extends ServerResponse {
      static made = 0;

      constructor(request: IncomingMessage) {
        super(request);
        Counted.made++;
      }
    }
    const adapter = new FastifyAdapter({
      serverFactory: (handler: RequestListener) =>
        new Server({ ServerResponse: Counted as typeof ServerResponse }, handler),
    });
    const url = await start(adapter);
    const { cookie, headers } = await visit(`${url}/visits`);
    expect(headers.get('vary')).toBe('Cookie');
    expect(await visit(`${url}/visits`, cookie)).toMatchObject({ body: { visits: 2 } });
    expect(Counted.made).toBe(2);
  });
});

test('a server that does not let itself be told what it makes its messages of stays as it is', () => {
  expect(ownMessageClass(undefined, 'ServerResponse')).toBeNull();
  expect(ownMessageClass({}, 'ServerResponse')).toBeNull();
  expect(ownMessageClass({ [Symbol('ServerResponse')]: 'another thing' }, 'ServerResponse')).toBeNull();
});
