import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Redis } from 'ioredis';
import {
  sessionAuthHash,
  type SessionsModuleExtras,
  type SessionsOptions,
  SessionsService,
} from 'nestjs-django-sessions';
import { loginAs, memoryEngine, sessionAgent, sessionCookie } from 'nestjs-django-sessions/testing';
import supertest from 'supertest';
import { embeddedDatabase, SECRET } from '../support/application.js';
import { REDIS_URL, redisOrSkip } from '../support/services.js';
import { PLATFORMS, sessions, shop } from './applications.js';

const keyPrefix = `testkit${randomBytes(6).toString('hex')}`;
const redis = await redisOrSkip();
afterAll(async () => {
  if (redis === describe.skip) return;
  const client = new Redis(REDIS_URL);
  const keys = await client.keys(`${keyPrefix}:*`);
  if (keys.length > 0) await client.del(...keys);
  await client.quit();
});

type Options = Partial<SessionsOptions & SessionsModuleExtras>;
const WITH: { engine: string; describe: typeof describe.skip; inCookie?: boolean; options: () => Options }[] = [
  { engine: 'db', describe, options: () => ({ engine: 'db' }) },
  { engine: 'signed_cookies', describe, inCookie: true, options: () => ({ engine: 'signed_cookies' }) },
  { engine: 'encrypted_cookies', describe, inCookie: true, options: () => ({ engine: 'encrypted_cookies' }) },
  { engine: 'memoryEngine()', describe, options: () => ({ engine: memoryEngine() }) },
  {
    engine: 'cache, in Redis',
    describe: redis,
    options: () => ({
      engine: 'cache',
      caches: { default: { backend: 'redis', location: REDIS_URL, keyPrefix } },
    }),
  },
];

const json = (response: Response) => response.json() as Promise<any>;
const marks = { _auth_user_backend: 'django.contrib.auth.backends.ModelBackend' };

for (const { engine, describe: describeIt, inCookie = false, options } of WITH) {
  for (const platform of PLATFORMS) {
    describeIt(`${engine} on ${platform.name}`, () => {
      const open = (more: Options = {}, imports: ModuleMetadata['imports'] = []): Promise<INestApplication> =>
        shop(platform, [embeddedDatabase(), sessions({ ...options(), ...more }), ...imports]);

      describe('agent.session()', () => {
        test('is what the visitor has', async () => {
          const agent = sessionAgent(await open());
          const before = await agent.session();
          expect([before.sessionKey, { ...before.data }]).toEqual([null, {}]);
          await agent.post('/visit');
          const session = await agent.session<{ visits: number }>();
          expect(session.data.visits).toBe(1);
          expect(session.sessionKey).toBe(agent.cookies.sessionid);
        });

        test('changed and saved, it is what the application sees', async () => {
          const agent = sessionAgent(await open());
          await agent.post('/visit');
          const session = await agent.session();
          session.set('visits', 40);
          expect(await json(await agent.get('/data'))).toEqual({ visits: 1 });
          await session.save();
          expect(await json(await agent.post('/visit'))).toEqual({ visits: 41 });
          expect(await json(await agent.get('/data'))).toEqual({ visits: 41 });
        });

        test('a new one, saved, is the one of the visitor', async () => {
          const agent = sessionAgent(await open());
          const session = await agent.session();
          session.set('visits', 1);
          expect(agent.cookies).toEqual({});
          await session.save();
          expect(agent.cookies).toEqual({ sessionid: session.sessionKey });
          expect(await json(await agent.post('/visit'))).toEqual({ visits: 2 });
        });

        test('cycled, its new key is the one of the visitor', async () => {
          const agent = sessionAgent(await open());
          await agent.post('/visit');
          const before = agent.cookies.sessionid;
          await (await agent.session()).cycleKey();
          // A signed cookie of the same data and the same second is the same.
          if (!inCookie) expect(agent.cookies.sessionid).not.toBe(before);
          expect(await json(await agent.get('/data'))).toEqual({ visits: 1 });
        });

        test('flushed, the visitor has none; filled and saved again, another', async () => {
          const agent = sessionAgent(await open());
          await agent.post('/visit');
          const session = await agent.session();
          await session.flush();
          expect(agent.cookies).toEqual({});
          expect(await json(await agent.get('/data'))).toEqual({});
          session.set('visits', 7);
          await session.save();
          expect(await json(await agent.get('/data'))).toEqual({ visits: 7 });
        });

        test('one that was handed out earlier takes nothing back', async () => {
          const agent = sessionAgent(await open());
          await agent.post('/visit');
          await agent.session();
          await agent.post('/login', { json: { user: 'ann' } });
          const { sessionid } = agent.cookies;
          expect(await json(await agent.get('/data'))).toEqual({ visits: 1, user: 'ann' });
          expect(agent.cookies.sessionid).toBe(sessionid);
          agent.clearCookies();
          expect(agent.cookies).toEqual({});
        });
      });

      test('clearCookies() has the visitor forget a session, also one that was only just saved', async () => {
        const agent = sessionAgent(await open());
        const session = await agent.session();
        session.set('visits', 1);
        await session.save();
        agent.clearCookies();
        expect(agent.cookies).toEqual({});
        expect((await agent.session()).sessionKey).toBeNull();
      });

      describe('agent.startSession()', () => {
        test('gives the visitor a session with these data', async () => {
          const agent = sessionAgent(await open());
          const session = await agent.startSession({ visits: 9, deep: { a: [1, null] } });
          expect(session.sessionKey).toBe(agent.cookies.sessionid);
          expect(await json(await agent.get('/data'))).toEqual({ visits: 9, deep: { a: [1, null] } });
          session.set('visits', 10);
          await session.save();
          expect(await json(await agent.post('/visit'))).toEqual({ visits: 11 });
        });

        test('puts it in the place of the one there was, which stays', async () => {
          const agent = sessionAgent(await open());
          await agent.startSession({ visits: 1 });
          const before = agent.cookieHeader;
          await agent.startSession({ visits: 2 });
          expect(await json(await agent.get('/data'))).toEqual({ visits: 2 });
          expect(await json(await agent.get('/data', { headers: { cookie: before } }))).toEqual({ visits: 1 });
        });

        test('with an expiry of its own', async () => {
          const agent = sessionAgent(await open());
          await agent.startSession({ visits: 1 }, { expiry: 0 });
          expect((await agent.session()).getExpireAtBrowserClose()).toBe(true);
          agent.closeBrowser();
          expect(agent.cookies).toEqual({});
          await agent.startSession({ visits: 1 }, { expiry: { hours: 1 } });
          agent.closeBrowser();
          expect(await json(await agent.get('/data'))).toMatchObject({ visits: 1 });
          expect((await agent.session()).getExpiryAge()).toBeLessThanOrEqual(3600);
        });

        test('under the name and the path of the cookie that the options say', async () => {
          const agent = sessionAgent(await open({ cookieName: 'shop', cookiePath: '/data' }));
          await agent.startSession({ visits: 3 });
          expect(Object.keys(agent.cookies)).toEqual(['shop']);
          expect(await json(await agent.get('/data'))).toEqual({ visits: 3 });
          expect((await json(await agent.get('/echo'))).headers.cookie).toBeUndefined();
        });
      });

      describe('sessionCookie()', () => {
        test('is for supertest', async () => {
          const app = await open();
          await app.init();
          await (app as Partial<NestFastifyApplication>).getHttpAdapter!().getInstance().ready?.();
          const cookie = await sessionCookie(app, { visits: 4 });
          expect(cookie).toMatch(/^sessionid=[^;\s]+$/);
          await supertest(app.getHttpServer()).get('/data').set('Cookie', cookie).expect(200, { visits: 4 });
          await supertest(app.getHttpServer()).get('/data').expect(200, {});
        });

        test('is what the service reads, under names of our own', async () => {
          const app = await open({ cookieName: 'shop' });
          const cookie = await sessionCookie<{ visits: number }>(app, { visits: 4 }, { expiry: 60 });
          expect(cookie).toMatch(/^shop=/);
          const session = await app.get(SessionsService).fromCookieHeader(`a=b; ${cookie}`);
          expect({ ...session.data }).toEqual({ visits: 4, _session_expiry: 60 });
          expect(await sessionCookie(app, {})).toMatch(/^shop=./);
        });

        test('what no session may hold is refused, and nothing is stored', async () => {
          await expect(sessionCookie(await open(), { when: new Date() })).rejects.toThrow(/session value when/);
        });
      });

      describe('loginAs()', () => {
        test("leaves what Django's log-in leaves", async () => {
          const agent = sessionAgent(await open());
          await loginAs(agent, { id: 7 });
          expect(await json(await agent.get('/data'))).toEqual({ ...marks, _auth_user_id: '7' });
          await loginAs(agent, { id: 8n, password: 'pbkdf2$new', backend: 'shop.Backend' });
          expect(await json(await agent.get('/data'))).toEqual({
            _auth_user_id: '8',
            _auth_user_backend: 'shop.Backend',
            _auth_user_hash: sessionAuthHash('pbkdf2$new', SECRET),
          });
        });

        test("or what passport's leaves", async () => {
          const agent = sessionAgent(await open());
          await loginAs(agent, { passport: { id: 7 } });
          expect(await json(await agent.get('/data'))).toEqual({ passport: { user: { id: 7 } } });
        });

        test('keeps what the visitor had, under a new key', async () => {
          const agent = sessionAgent(await open());
          await agent.post('/visit');
          const before = agent.cookies.sessionid;
          await loginAs(agent, { id: 7 }, { data: { theme: 'dark' } });
          expect(agent.cookies.sessionid).not.toBe(before);
          expect(await json(await agent.get('/data'))).toMatchObject({ visits: 1, theme: 'dark', _auth_user_id: '7' });
          await loginAs(agent, { id: 7, backend: 'shop.Backend' });
          expect(await json(await agent.get('/data'))).toMatchObject({ visits: 1, _auth_user_backend: 'shop.Backend' });
        });

        test.each([
          ['another id', { id: 7 }, { id: 8 }],
          ['another password', { id: 7, password: 'old' }, { id: 7, password: 'new' }],
          ['another user of passport', { passport: { id: 7 } }, { passport: { id: 8 } }],
        ])('ends what was of somebody else: %s', async (_, first, second) => {
          const agent = sessionAgent(await open());
          await loginAs(agent, first, { data: { visits: 1 } });
          await loginAs(agent, first);
          expect((await agent.session()).has('visits')).toBe(true);
          await loginAs(agent, second);
          expect((await agent.session()).has('visits')).toBe(false);
        });

        test('answers the cookie, for an application too', async () => {
          const app = await open();
          const agent = sessionAgent(app);
          expect(await loginAs(agent, { id: 7 })).toBe(agent.cookieHeader);
          const cookie = await loginAs(app, { id: 9 }, { data: { theme: 'dark' }, expiry: 60 });
          const { _session_expiry, theme, _auth_user_id } = await json(
            await agent.get('/data', { headers: { cookie } }),
          );
          expect({ _session_expiry, theme, _auth_user_id }).toEqual({
            _session_expiry: 60,
            theme: 'dark',
            _auth_user_id: '9',
          });
          expect((await agent.session()).get('_auth_user_id')).toBe('7');
        });

        test('refuses nobody', async () => {
          const app = await open();
          for (const nobody of [{}, { id: undefined }, { id: null }, { passport: undefined }]) {
            await expect(loginAs(app, nobody as never)).rejects.toThrow('loginAs takes a user with an id');
          }
        });
      });

      test('modules with names: each has its own sessions', async () => {
        const admin = sessions({ ...options(), name: 'admin', cookieName: 'adminid', secretKey: 'for admins alone' });
        const app = await open({}, [admin]);
        const visitor = sessionAgent(app);
        const staff = sessionAgent(app, { name: 'admin' });
        await staff.startSession({ role: 'staff' });
        await staff.startSession({ visits: 5 }, { name: null });
        await visitor.startSession({ role: 'editor' }, { name: 'admin' });
        expect([Object.keys(staff.cookies).sort(), Object.keys(visitor.cookies)]).toEqual([
          ['adminid', 'sessionid'],
          ['adminid'],
        ]);
        expect((await staff.session()).get('role')).toBe('staff');
        expect((await staff.session({ name: null })).get('visits')).toBe(5);
        expect((await visitor.session({ name: 'admin' })).get('role')).toBe('editor');
        expect((await visitor.session()).sessionKey).toBeNull();
        expect(await sessionCookie(app, { a: 1 }, { name: 'admin' })).toMatch(/^adminid=/);
        expect(await sessionCookie(app, { a: 1 })).toMatch(/^sessionid=/);
        await loginAs(staff, { id: 1, password: 'stored' });
        expect((await staff.session()).data).toMatchObject({
          role: 'staff',
          _auth_user_hash: sessionAuthHash('stored', 'for admins alone'),
        });
        expect(await loginAs(app, { id: 1 }, { name: 'admin' })).toMatch(/^adminid=/);
      });

      if (inCookie) return;
      test('agent.session() of a session that was ended: a new one, and the cookie stays as it is', async () => {
        const agent = sessionAgent(await open());
        const session = await agent.startSession({ visits: 1 });
        await session.destroy();
        expect((await agent.session()).sessionKey).toBeNull();
        expect(Object.keys(agent.cookies)).toEqual(['sessionid']);
        await agent.get('/data');
        expect(agent.cookies).toEqual({});
      });
    });
  }
}

describe.each(PLATFORMS)('a session over several cookies on $name', (platform) => {
  const open = () => shop(platform, [sessions({ engine: 'encrypted_cookies' })]);
  // Random, so that it cannot be made small.
  const large = { text: randomBytes(3000).toString('hex') };

  test('is in the jar, and goes with it', async () => {
    const agent = sessionAgent(await open());
    const session = await agent.startSession(large);
    expect(Object.keys(agent.cookies).sort()).toEqual(['sessionid', 'sessionid.1']);
    expect(await json(await agent.get('/data'))).toEqual(large);
    expect((await agent.session()).get('text')).toBe(large.text);
    session.set('text', 'short');
    await session.save();
    expect(Object.keys(agent.cookies)).toEqual(['sessionid']);
    await agent.startSession(large);
    await (await agent.session()).flush();
    expect(agent.cookies).toEqual({});
  });

  test('is one text for supertest', async () => {
    const app = await open();
    await app.listen(0, '127.0.0.1');
    const cookie = await sessionCookie(app, large);
    expect(cookie).toMatch(/^sessionid=[^;\s]+; sessionid\.1=[^;\s]+$/);
    await supertest(app.getHttpServer()).get('/data').set('Cookie', cookie).expect(200, large);
  });
});

test('an application without sessions, or without those of this name, is told so', async () => {
  const none = await shop(PLATFORMS[0]!, []).catch(() => null);
  const app = await shop(PLATFORMS[0]!, [sessions({ engine: memoryEngine() })]);
  expect(none).not.toBeNull();
  await expect(sessionCookie(none!, {})).rejects.toThrow('This application has no SessionsModule: is it imported');
  await expect(sessionCookie(app, {}, { name: 'admin' })).rejects.toThrow(
    'This application has no SessionsModule with the name "admin"',
  );
  await expect(loginAs(app, { id: 7 }, { name: 'admin' })).rejects.toThrow('with the name "admin"');
  await expect(sessionAgent(app, { name: 'admin' }).session()).rejects.toThrow('with the name "admin"');
  await expect(sessionAgent(app).startSession({}, { name: 'admin' })).rejects.toThrow('with the name "admin"');
});
