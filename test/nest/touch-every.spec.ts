import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, type INestApplication, Post } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Session, type SessionsOptions, SessionsModule } from 'nestjs-django-sessions';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { SESSION_CLOCK } from '../../libs/sessions/src/nest/sessions.constants.js';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';
import { TestClock } from '../support/vectors.js';

@Controller()
class RollingController {
  @Post('write')
  write(@Session() session: Session) {
    session.set('written', true);
  }

  @Get('read')
  read(@Session() session: Session) {
    return { written: session.get('written', false) };
  }

  @Get('handed')
  handed(@Session() _session: Session) {
    return {};
  }

  @Get('nothing')
  nothing() {
    return {};
  }

  @Get('fails')
  fails(@Session() session: Session) {
    session.get('written');
    throw new Error('on purpose');
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await session.flush();
  }
}

/** Counts what reaches the store. */
class CountingCache extends MemoryCache {
  readonly asked: string[] = [];

  override get(key: string) {
    this.asked.push('get');
    return super.get(key);
  }

  override compareAndSet(...args: Parameters<MemoryCache['compareAndSet']>) {
    this.asked.push('cas');
    return super.compareAndSet(...args);
  }
}

const COOKIE = [expect.stringMatching(/^sessionid=[a-z0-9]{32}; .*Max-Age=600/)];

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('touchEvery on %s', (_, adapter) => {
  const clock = new TestClock(1_800_000_000);
  let cache: CountingCache;
  let app: INestApplication;
  let visitor: Visitor;
  beforeEach(() => {
    cache = new CountingCache({ clock: clock.now });
  });
  afterEach(() => app.close());

  async function start(options: Partial<SessionsOptions>) {
    const module = await Test.createTestingModule({
      imports: [
        SessionsModule.forRoot({
          secretKey: SECRET,
          engine: 'cache',
          caches: { default: { backend: cache } },
          cookieAge: 600,
          ...options,
        }),
      ],
      controllers: [RollingController],
    })
      .overrideProvider(SESSION_CLOCK)
      .useValue(clock.now)
      .compile();
    app = module.createNestApplication(adapter() as ExpressAdapter, { logger: false });
    await app.listen(0, '127.0.0.1');
    visitor = new Visitor(await app.getUrl());
    await visitor.post('/write');
  }

  const cookiesOf = async (path: string) => {
    cache.asked.length = 0;
    return (await visitor.get(path)).headers.getSetCookie();
  };

  test('a session that is used is saved once in so many seconds, and its cookie sent again', async () => {
    await start({ touchEvery: 60 });
    expect(await cookiesOf('/read')).toEqual([]);
    expect(cache.asked).toEqual(['get']);
    clock.seconds += 59;
    expect(await cookiesOf('/read')).toEqual([]);
    clock.seconds += 1;
    expect(await cookiesOf('/read')).toEqual(COOKIE);
    expect(cache.asked).toEqual(['get', 'cas']);
    expect(await cookiesOf('/read')).toEqual([]);
  });

  test('so it lives as long as it is used, and no longer', async () => {
    await start({ touchEvery: 60 });
    for (let minute = 0; minute < 30; minute++) {
      clock.seconds += 60;
      expect(await (await visitor.get('/read')).json()).toEqual({ written: true });
    }
    clock.seconds += 600;
    expect(await (await visitor.get('/read')).json()).toEqual({ written: false });
  });

  test('what does not use it costs nothing and renews nothing', async () => {
    await start({ touchEvery: 60 });
    clock.seconds += 120;
    expect(await cookiesOf('/nothing')).toEqual([]);
    expect(cache.asked).toEqual([]);
    expect(await cookiesOf('/handed')).toEqual([]);
    expect(cache.asked).toEqual(['get']);
  });

  test('with saveEveryRequest a session is renewed wherever it is named', async () => {
    await start({ touchEvery: 60, saveEveryRequest: true });
    expect(await cookiesOf('/nothing')).toEqual([]);
    expect(cache.asked).toEqual(['get']);
    clock.seconds += 60;
    expect(await cookiesOf('/nothing')).toEqual(COOKIE);
    expect(cache.asked).toEqual(['get', 'cas']);
    expect(await cookiesOf('/handed')).toEqual([]);
  });

  test('a change is saved at any time, and renews', async () => {
    await start({ touchEvery: 60 });
    clock.seconds += 30;
    expect((await visitor.post('/write')).headers.getSetCookie()).toEqual(COOKIE);
    clock.seconds += 59;
    expect(await cookiesOf('/read')).toEqual([]);
  });

  test('an answer of 500 renews nothing', async () => {
    await start({ touchEvery: 60 });
    clock.seconds += 60;
    expect(await cookiesOf('/fails')).toEqual([]);
    expect(cache.asked).toEqual(['get']);
  });

  test('a session that has ended is not brought back by it', async () => {
    await start({ touchEvery: 60, saveEveryRequest: true });
    const before = new Map(visitor.cookies);
    await visitor.post('/logout');
    for (const [name, value] of before) visitor.cookies.set(name, value);
    clock.seconds += 60;
    expect(await cookiesOf('/nothing')).toEqual([expect.stringMatching(/^sessionid="";/)]);
    expect(cache.size).toBe(0);
  });
});
