import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { INestApplication } from '@nestjs/common';
import { Session, SessionsModule, SessionsService } from 'nestjs-django-sessions';
import { Session as CoreSession } from '../../libs/sessions/src/core/session.js';
import { Visitor } from '../support/browserlike.js';
import { storeWith } from './support/actor.js';
import { type Ground, groundsThatAnswer } from './support/grounds.js';
import { Holdable } from './support/holdable.js';
import type { Witness } from './support/watched-engine.js';

const NOBODY: Witness = { loaded() {}, created() {}, saved() {}, cycled() {}, deleted() {} };

/** What handlers wait for between their look at the session and their answer. */
const handlers = new Holdable();

@Controller()
class AccountController {
  @Post('log-in')
  logIn(@Session() session: Session) {
    session.set('user', 'ann');
    return session.cycleKey();
  }

  @Get('read')
  async read(@Session() session: Session) {
    const user = session.get('user', null);
    await handlers.pass('read', async () => {});
    return { user };
  }

  @Post('write')
  async write(@Session() session: Session) {
    session.set('visits', session.get('visits', 0) + 1);
    await handlers.pass('write', async () => {});
    return 'written';
  }

  @Post('renew')
  async renew(@Session() session: Session) {
    await handlers.pass('renew', async () => {});
    await session.cycleKey();
    return 'renewed';
  }

  @Post('log-out')
  async logOut(@Session() session: Session) {
    await session.flush();
    return 'out';
  }
}

/**
 * A log-out that comes between two steps of another request, wherever that is: nobody is logged in
 * afterwards, neither by the old key nor by a new one, and whoever wanted to write is told.
 */
describe.each(await groundsThatAnswer())('$name', ({ name, open }) => {
  const calls = new Holdable();
  const apps: INestApplication[] = [];
  let ground: Ground;
  let url: string;
  /** The same shop, which saves every session with every request. */
  let touchingUrl: string;
  let sessions: SessionsService;
  let visitor: Visitor;
  let key: string;

  beforeAll(async () => {
    ground = await open();
    url = await start(false);
    touchingUrl = await start(true);
    sessions = apps[0]!.get(SessionsService);
  }, 60_000);
  beforeEach(async () => {
    visitor = new Visitor(url);
    await visitor.post('/log-in');
    key = visitor.cookies.get('sessionid')!;
    expect(await (await visitor.get('/read')).json()).toEqual({ user: 'ann' });
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await ground?.close();
  });

  async function start(saveEveryRequest: boolean): Promise<string> {
    const engine = ground.engine(calls.pass, NOBODY);
    const options = { secretKey: 'secret', engine, saveEveryRequest, cookieAge: 600, clearSessions: false as const };

    @Module({ imports: [SessionsModule.forRoot(options)], controllers: [AccountController] })
    class AccountModule {}

    const app = await NestFactory.create(AccountModule, { logger: false });
    apps.push(app);
    await app.listen(0, '127.0.0.1');
    return app.getUrl();
  }

  /** A request that is held up half-way, until the visitor has logged out. */
  async function outrun(
    { holder, at }: { holder: Holdable; at: string },
    request: () => Promise<Response>,
  ): Promise<Response> {
    const { reached, release } = holder.holdNext(at);
    const slow = request();
    await reached;
    const logOut = await fetch(`${url}/log-out`, { method: 'POST', headers: { cookie: `sessionid=${key}` } });
    expect(logOut.status).toBe(201);
    release();
    return slow;
  }

  /** By what the visitor holds now, and by what was held before. */
  async function expectNobody(): Promise<void> {
    expect((await sessions.open(key)).sessionKey).toBeNull();
    expect(await sessions.engine.exists(key)).toBe(false);
    const old = await fetch(`${url}/read`, { headers: { cookie: `sessionid=${key}` } });
    expect(await old.json()).toEqual({ user: null });
    expect(await (await visitor.get('/read')).json()).toEqual({ user: null });
  }

  test.each(['the handler', 'the save'])(
    'a writer that is slow in %s is told, and brings nothing back',
    async (place) => {
      const where = place === 'the save' ? { holder: calls, at: 'save' } : { holder: handlers, at: 'write' };
      const response = await outrun(where, () => visitor.post('/write'));
      expect(response.status).toBe(400);
      await expectNobody();
    },
  );

  test('a slow reader brings nothing back', async () => {
    const response = await outrun({ holder: handlers, at: 'read' }, () => visitor.get('/read'));
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()).toEqual([]);
    await expectNobody();
  });

  test.each(['the handler', 'the save'])('one that was only touched goes quietly: slow in %s', async (place) => {
    const where = place === 'the save' ? { holder: calls, at: 'save' } : { holder: handlers, at: 'read' };
    const touching = new Visitor(touchingUrl);
    touching.cookies.set('sessionid', key);
    const response = await outrun(where, () => touching.get('/read'));
    expect(response.status).toBe(200);
    expect(touching.cookies.size).toBe(0);
    await expectNobody();
  });

  const step = cyclesInSteps(name) ? 'save' : 'cycle';
  test.each(['the handler', 'the change'])(
    'a change of key that is slow in %s is told, and no key works',
    async (place) => {
      const where = place === 'the change' ? { holder: calls, at: step } : { holder: handlers, at: 'renew' };
      const response = await outrun(where, () => visitor.post('/renew'));
      expect(response.status).toBe(400);
      await expectNobody();
    },
  );

  test('many writers at once, some before and some after', async () => {
    const writers = Array.from({ length: 12 }, () =>
      fetch(`${url}/write`, { method: 'POST', headers: { cookie: `sessionid=${key}` } }),
    );
    const logOut = fetch(`${url}/log-out`, { method: 'POST', headers: { cookie: `sessionid=${key}` } });
    const statuses = (await Promise.all(writers)).map(({ status }) => status);
    expect((await logOut).status).toBe(201);
    // Who came too late to find the session has begun one of their own.
    expect(statuses.filter((status) => status !== 201 && status !== 400)).toEqual([]);
    await expectNobody();
  });

  if (name.startsWith('cached_db')) {
    test('a reader between its miss and its refill puts nothing back', async () => {
      const uncached = new CoreSession<any>(storeWith(ground.rows!, 'merge')).set('user', 'ann');
      await uncached.save();
      key = uncached.sessionKey!;
      visitor.cookies.set('sessionid', key);
      const response = await outrun({ holder: calls, at: 'cache add' }, () => visitor.get('/read'));
      expect(await response.json()).toEqual({ user: 'ann' });
      await expectNobody();
    });

    test('a writer between the row and the entry puts nothing back', async () => {
      const response = await outrun({ holder: calls, at: 'cache compareAndSet' }, () => visitor.post('/write'));
      expect(response.status).toBe(201);
      await expectNobody();
    });

    test('a change of key that is slow in the cache: the old key is dead, and the new one is, unless it came first', async () => {
      const old = key;
      const response = await outrun({ holder: calls, at: 'cache set' }, () => visitor.post('/renew'));
      if (response.status !== 201) {
        expect(response.status).toBe(400);
        return expectNobody();
      }
      expect((await sessions.open(old)).sessionKey).toBeNull();
      expect(await (await visitor.get('/read')).json()).toEqual({ user: 'ann' });
    });
  }
});

/** Where a store cannot move a session in one step, the old one is ended by a save. */
function cyclesInSteps(name: string): boolean {
  return /without move|Cluster|cache in Memcached/.test(name);
}
