import { describe, expect, test } from '@jest/globals';
import { Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import type { NextFunction, Request } from 'express';
import { Session } from 'nestjs-django-sessions';
import type { ExpressSession } from '../../libs/sessions/src/http/express-session/express-session.js';
import { keyOf, sending, type Shop, shopWith } from './support/shop.js';
import { inDatabase } from './support/stores.js';

type SessionRequest = Omit<Request, 'session'> & { session?: ExpressSession };

const HOUR = 3_600_000;

/** As applications of express-session have it: no await, no promise. */
function sliding(request: SessionRequest, _: unknown, next: NextFunction) {
  request.session!.cookie.maxAge = HOUR;
  next();
}

function counting(request: SessionRequest, _: unknown, next: NextFunction) {
  const { session } = request;
  if (request.originalUrl === '/counted') session!.views = (session!.views || 0) + 1;
  next();
}

@Controller()
class HabitsController {
  @Get('counted')
  counted(@Req() { session }: SessionRequest) {
    return { ...session };
  }

  @Get('both')
  both(@Req() { session: theirs }: SessionRequest, @Session() ours: Session) {
    theirs!.a = 1;
    ours.set('b', 2);
    return { theirs, ours };
  }

  @Post('put-back')
  putBack(@Req() request: SessionRequest) {
    const { session } = request;
    session!.a = 1;
    request.session = session;
    request.session!.b = 2;
  }

  @Post('promised')
  async promised(@Req() request: SessionRequest) {
    const before = request.session!;
    before.a = 1;
    await before.save();
    const { id } = before;
    await before.regenerate();
    request.session!.b = 2;
    await request.session!.save();
    return { ids: [id, request.session!.id], kept: before, fresh: request.session };
  }

  @Post('destroy')
  @HttpCode(200)
  destroy(@Req() request: SessionRequest) {
    return new Promise((resolve, reject) => {
      request.session!.destroy((error) =>
        error ? reject(error) : resolve({ there: 'session' in request && request.session !== undefined }),
      );
    });
  }

  @Post('destroy-and-set')
  async destroyAndSet(@Req() request: SessionRequest, @Session() session: Session) {
    await request.session!.destroy();
    session.set('fresh', true);
  }

  @Post('take-away')
  takeAway(@Req() request: { session: unknown }) {
    request.session = null;
  }

  @Post('reload')
  @HttpCode(200)
  async reload(@Req() { session }: SessionRequest) {
    session!.a = 'dropped';
    await session!.reload();
    return { ...session };
  }

  @Post('date')
  date(@Req() { session }: SessionRequest) {
    session!.when = new Date();
  }
}

describe.each(['Express', 'Fastify'] as Shop['platform'][])('habits of express-session, on %s', (platform) => {
  const shop = shopWith(inDatabase, platform, {
    controllers: [HabitsController],
    middleware: [sliding, counting],
  });

  test('middleware reads and writes without waiting', async () => {
    const visitor = shop.visitor();
    expect(await (await visitor.get('/counted')).json()).toEqual({ views: 1, _session_expiry: 3600 });
    expect(await (await visitor.get('/counted')).json()).toEqual({ views: 2, _session_expiry: 3600 });
  });

  test('an expiry for everybody makes no session for anybody, and renews those there are', async () => {
    const before = await shop.keys();
    const visitor = shop.visitor();
    expect((await visitor.get('/data')).headers.getSetCookie()).toEqual([]);
    expect(await shop.keys()).toEqual(before);
    await visitor.get('/counted');
    expect((await visitor.get('/data')).headers.getSetCookie()).toEqual([expect.stringContaining('Max-Age=3600')]);
  });

  test('beside it @Session() is ours: two views of one session', async () => {
    const visitor = shop.visitor();
    const data = { a: 1, b: 2, _session_expiry: 3600 };
    expect(await (await visitor.get('/both')).json()).toEqual({ theirs: data, ours: data });
    expect(await (await visitor.get('/data')).json()).toEqual(data);
  });

  test('request.session may be put back where it is', async () => {
    const visitor = shop.visitor();
    expect((await visitor.post('/put-back')).status).toBe(201);
    expect(await (await visitor.get('/data')).json()).toMatchObject({ a: 1, b: 2 });
  });

  test('and may not be anything else', async () => {
    const visitor = shop.visitor();
    await visitor.get('/counted');
    expect((await visitor.post('/take-away')).status).toBe(500);
    expect(await (await visitor.get('/data')).json()).toMatchObject({ views: 1 });
  });

  test('its methods give promises', async () => {
    const visitor = shop.visitor();
    const { ids, kept, fresh } = (await (await visitor.post('/promised')).json()) as Record<string, any>;
    expect(ids).toEqual([expect.stringMatching(/^[a-z0-9]{32}$/), keyOf(visitor)]);
    expect(ids[0]).not.toBe(ids[1]);
    expect(kept).toMatchObject({ a: 1 });
    expect(fresh).toEqual({ b: 2 });
    expect(await shop.keys()).not.toContain(ids[0]);
  });

  test('a destroyed one is not there any more', async () => {
    const visitor = shop.visitor();
    await visitor.get('/counted');
    const key = keyOf(visitor);
    expect(await (await visitor.post('/destroy')).json()).toEqual({ there: false });
    expect(visitor.cookies.size).toBe(0);
    expect(await shop.keys()).not.toContain(key);
  });

  test('what is put into ours after that is a new session', async () => {
    const visitor = shop.visitor();
    await visitor.get('/counted');
    const key = keyOf(visitor);
    expect((await visitor.post('/destroy-and-set')).status).toBe(201);
    expect(keyOf(visitor)).not.toBe(key);
    expect(await (await visitor.get('/data')).json()).toMatchObject({ fresh: true });
  });

  test('reload drops what was not saved', async () => {
    const visitor = shop.visitor();
    await visitor.post('/data', sending({ a: 1 }));
    expect(await (await visitor.post('/reload')).json()).toMatchObject({ a: 1 });
    expect(await (await visitor.get('/data')).json()).toMatchObject({ a: 1 });
    expect((await shop.visitor().post('/reload')).status).toBe(500);
  });

  test('a value that JSON would bend is refused', async () => {
    const visitor = shop.visitor();
    expect((await visitor.post('/date')).status).toBe(500);
    expect(visitor.cookies.size).toBe(0);
  });
});
