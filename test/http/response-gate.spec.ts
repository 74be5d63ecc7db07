import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  type ArgumentsHost,
  BadRequestException,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  ForbiddenException,
  Get,
  HttpCode,
  HttpException,
  Injectable,
  Logger,
  Post,
  Redirect,
  Sse,
  Req,
  Res,
  StreamableFile,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { from, type Observable } from 'rxjs';
import { Session, SessionInterruptedError, SessionsService } from 'nestjs-django-sessions';
import { DatabaseEngine } from 'nestjs-django-sessions/typeorm';
import { SECRET, startApplication, type TestApplication } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';
import { DatabaseStore } from '../support/database-store.js';

/** The database engine, made slow or broken where a test asks for it. */
class UnhurriedEngine extends DatabaseEngine {
  delay: Promise<void> | null = null;
  broken = false;
  writes = 0;

  override async create(payload: string, expiresAt: number) {
    await this.#before();
    return super.create(payload, expiresAt);
  }

  override async save(key: string, payload: string, expiresAt: number, expected?: unknown) {
    await this.#before();
    return super.save(key, payload, expiresAt, expected);
  }

  async #before(): Promise<void> {
    await this.delay;
    if (this.broken) throw new Error('connection lost');
    this.writes++;
  }
}

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
    const teapot = { teapot: true, was: exception.getStatus(), name: exception.name };
    host.switchToHttp().getResponse<Response>().status(418).json(teapot);
  }
}

@Controller()
class AnswersController {
  constructor(private readonly sessions: SessionsService) {}

  @Get('read')
  read(@Session() session: Session) {
    return { ...session.data };
  }

  @Get('json')
  json(@Session() session: Session) {
    session.set('how', 'json');
    return { ok: true };
  }

  @Get('text')
  text(@Session('how') how: unknown, @Session() session: Session) {
    session.set('how', 'text');
    return `was ${how}`;
  }

  @Get('nothing')
  @HttpCode(204)
  nothing(@Session() session: Session) {
    session.set('how', 'nothing');
  }

  @Get('res')
  res(@Session() session: Session, @Res() response: Response) {
    session.set('how', 'res');
    response.status(201).json({ ok: true });
  }

  @Get('passthrough')
  passthrough(@Session() session: Session, @Res({ passthrough: true }) response: Response) {
    session.set('how', 'passthrough');
    response.cookie('theirs', '1');
    response.vary('Accept');
    return { ok: true };
  }

  @Get('redirect')
  @Redirect('/read', 303)
  redirect(@Session() session: Session) {
    session.set('how', 'redirect');
  }

  @Get('file')
  file(@Session() session: Session) {
    session.set('how', 'file');
    return new StreamableFile(Readable.from(['one ', 'two ', 'three']));
  }

  @Get('pipe')
  pipe(@Session() session: Session, @Res() response: Response) {
    session.set('how', 'pipe');
    Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(65_536, 'x'))).pipe(response);
  }

  @Get('flush-headers')
  flushHeaders(@Session() session: Session, @Res() response: Response) {
    session.set('how', 'flush-headers');
    response.setHeader('X-Theirs', '1');
    response.flushHeaders();
    response.end('done');
  }

  @Get('write-head/:form')
  writeHead(@Session() session: Session, @Req() request: Request, @Res() response: Response) {
    session.set('how', 'write-head');
    const forms: Record<string, () => void> = {
      object: () => response.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'], vary: 'Accept', 'X-Theirs': '1' }),
      reason: () => response.writeHead(200, 'Fine', { 'Set-Cookie': 'a=1', Vary: 'Accept' }),
      flat: () => response.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Vary', 'Accept']),
      pairs: () =>
        response.writeHead(200, [
          ['Set-Cookie', 'a=1'],
          ['Vary', 'Accept'],
        ] as never),
      bare: () => response.setHeader('Set-Cookie', 'a=1').writeHead(200),
    };
    forms[request.params['form'] as string]!();
    response.end('done');
  }

  @Get('guarded')
  @UseGuards(RefusingGuard)
  guarded() {
    return 'never';
  }

  @Get('throws/:status')
  throws(@Session() session: Session, @Req() request: Request) {
    session.set('how', 'throws');
    throw new HttpException('thrown', Number(request.params['status']));
  }

  @Sse('events')
  async events(@Session() session: Session): Promise<Observable<object>> {
    session.set('how', 'events');
    return from([{ data: 'one' }, { data: 'two' }]);
  }

  @Get('late')
  async late(@Session() session: Session, @Res() response: Response) {
    response.write('first');
    await new Promise((resolve) => response.write(' second', resolve));
    session.set('how', 'late');
    response.end(' third');
  }

  @Get('awaited')
  async awaited(@Session() session: Session) {
    session.set('how', 'awaited');
    await session.save();
    return 'saved';
  }

  @Get('later')
  later(@Req() request: Request, @Res() response: Response) {
    response.on('close', () => {});
    void this.sessions.from(request).then((session) => {
      session.set('how', 'later');
      response.end('later');
    });
  }

  @Post('ended-meanwhile/:how')
  @UseFilters(TeapotFilter)
  async endedMeanwhile(
    @Session() session: Session,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    session.set('x', 1);
    await (await this.sessions.open(session.sessionKey)).flush();
    if (request.params['how'] === 'res') response.status(200).send('too late');
    return 'too late';
  }
}

let embedded: DatabaseStore;
let engine: UnhurriedEngine;
let running: TestApplication;
let visitor: Visitor;
beforeAll(async () => {
  embedded = await DatabaseStore.open();
  engine = new UnhurriedEngine(embedded.dataSource);
  running = await startApplication({ engine }, { controllers: [AnswersController], providers: [RefusingGuard] });
});
beforeEach(() => {
  visitor = new Visitor(running.url);
  engine.delay = null;
  engine.broken = false;
  engine.writes = 0;
});
afterAll(async () => {
  await running.app.close();
  await embedded.close();
});

const held = async () => (await (await visitor.get('/read')).json()) as Record<string, unknown>;

describe('the session is saved, and its cookie sent, whichever way a handler answers', () => {
  test.each([
    ['json', 200, 'json'],
    ['text', 200, 'text'],
    ['nothing', 204, 'nothing'],
    ['res', 201, 'res'],
    ['passthrough', 200, 'passthrough'],
    ['redirect', 303, 'redirect'],
    ['file', 200, 'file'],
    ['pipe', 200, 'pipe'],
    ['flush-headers', 200, 'flush-headers'],
    ['later', 200, 'later'],
    ['throws/404', 404, 'throws'],
    ['throws/499', 499, 'throws'],
  ])('%s', async (path, status, how) => {
    const response = await visitor.get(`/${path}`);
    expect(response.status).toBe(status);
    await response.arrayBuffer();
    expect(await held()).toEqual({ how });
    expect(engine.writes).toBe(1);
  });

  test('a stream arrives whole and in order', async () => {
    expect(await (await visitor.get('/file')).text()).toBe('one two three');
    expect((await (await visitor.get('/pipe')).arrayBuffer()).byteLength).toBe(6_553_600);
  });

  test('a guard that refuses has written before', async () => {
    expect((await visitor.get('/guarded')).status).toBe(403);
    expect(await held()).toEqual({ refused: true });
  });

  test('nothing is saved on 5xx', async () => {
    const response = await visitor.get('/throws/503');
    expect(response.status).toBe(503);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(response.headers.get('vary')).toBe('Cookie');
    expect(engine.writes).toBe(0);
  });

  test('a HEAD request keeps it too', async () => {
    const response = await visitor.get('/json', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await held()).toEqual({ how: 'json' });
  });
});

describe("the application's own headers stay", () => {
  test('cookies and Vary set on the response', async () => {
    const response = await visitor.get('/passthrough');
    expect(response.headers.getSetCookie()).toEqual(['theirs=1; Path=/', expect.stringMatching(/^sessionid=/)]);
    expect(response.headers.get('vary')).toBe('Accept, Cookie');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test.each([
    ['object', ['a=1', 'b=2']],
    ['reason', ['a=1']],
    ['flat', ['a=1', 'b=2']],
    ['pairs', ['a=1']],
    ['bare', ['a=1']],
  ])('writeHead, %s', async (form, cookies) => {
    const response = await visitor.get(`/write-head/${form}`);
    expect(await response.text()).toBe('done');
    expect(response.headers.getSetCookie()).toEqual([...cookies, expect.stringMatching(/^sessionid=/)]);
    expect(response.headers.get('vary')).toBe(form === 'bare' ? 'Cookie' : 'Accept, Cookie');
    if (form === 'reason') expect(response.statusText).toBe('Fine');
  });
});

describe('the first byte waits for the store', () => {
  test.each(['json', 'res', 'redirect', 'pipe', 'flush-headers', 'write-head/object'])('%s', async (path) => {
    let release = () => {};
    engine.delay = new Promise((resolve) => (release = resolve));
    let answered = false;
    const answer = visitor.get(`/${path}`).then((response) => {
      answered = true;
      return response;
    });
    // A request that came later is answered meanwhile: the server had every chance to answer this one.
    await new Visitor(running.url).get('/read');
    expect(answered).toBe(false);
    release();
    await (await answer).arrayBuffer();
    expect(await held()).toHaveProperty('how');
  });

  test('a client that leaves while it waits does no harm, and what it did is kept', async () => {
    await visitor.get('/json');
    let release = () => {};
    engine.delay = new Promise((resolve) => (release = resolve));
    await new Promise<void>((resolve) => {
      const { hostname, port } = new URL(running.url);
      const headers = { cookie: `sessionid=${visitor.cookies.get('sessionid')}` };
      const request = httpRequest({ hostname, port, path: '/res', headers }).on('error', () => resolve());
      request.end();
      void new Visitor(running.url).get('/read').then(() => request.destroy(new Error('left')));
    });
    release();
    while ((await held())['how'] !== 'res') await new Promise((resolve) => setImmediate(resolve));
  });
});

describe('a session that was ended while a request changed it', () => {
  test('is a 400 that the filters of the application shape', async () => {
    await visitor.get('/json');
    const response = await visitor.post('/ended-meanwhile/value');
    expect(response.status).toBe(418);
    expect(await response.json()).toEqual({ teapot: true, was: 400, name: 'SessionInterruptedError' });
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  test('is a 400 also where the handler has answered by itself', async () => {
    await visitor.get('/json');
    const response = await visitor.post('/ended-meanwhile/res');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ statusCode: 400, message: new SessionInterruptedError().message });
    expect(new SessionInterruptedError()).toBeInstanceOf(BadRequestException);
  });
});

describe('a store that fails', () => {
  test.each(['json', 'awaited', 'res', 'redirect', 'file', 'pipe', 'guarded', 'throws/404'])(
    'at saving is a 503, with no cookie: %s',
    async (path) => {
      engine.broken = true;
      const response = await visitor.get(`/${path}`);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ statusCode: 503, message: 'The session store is unavailable.' });
      expect(response.headers.getSetCookie()).toEqual([]);
    },
  );

  test('at loading is a 503, and the cookie stays', async () => {
    await visitor.get('/json');
    await embedded.dataSource.query('ALTER TABLE django_session RENAME TO elsewhere');
    const response = await visitor.get('/read');
    expect(response.status).toBe(503);
    expect(response.headers.getSetCookie()).toEqual([]);
    await embedded.dataSource.query('ALTER TABLE elsewhere RENAME TO django_session');
    expect(await held()).toEqual({ how: 'json' });
  });

  test('does not touch requests that do not use the session', async () => {
    engine.broken = true;
    expect((await visitor.get('/no/such/route')).status).toBe(404);
  });
});

describe('changes after the headers have left', () => {
  // The answer is over before the store has them: asked for until they are there.
  const eventually = async (how: string) => {
    while ((await held())['how'] !== how) await new Promise((resolve) => setImmediate(resolve));
  };

  test.each(['events', 'late'])('to a session that exists are kept: %s', async (path) => {
    await visitor.get('/json');
    await (await visitor.get(`/${path}`)).text();
    await eventually(path);
  });

  test('to a session without a cookie are not kept, and that is told', async () => {
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    await (await visitor.get('/late')).text();
    while (warned.mock.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(warned.mock.calls[0]![0]).toMatch(/changed after the headers of its answer had left/);
    expect(await held()).toEqual({});
    warned.mockRestore();
  });
});

test('server-sent events: what was changed before the first one is kept, with its cookie', async () => {
  const response = await visitor.get('/events');
  expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^sessionid=/)]);
  expect(await response.text()).toMatch(/data: one[^]*data: two/);
  expect(await held()).toEqual({ how: 'events' });
});

test('the secret of the tests is never sent', async () => {
  const response = await visitor.get('/json');
  expect(JSON.stringify([...response.headers])).not.toContain(SECRET);
});
