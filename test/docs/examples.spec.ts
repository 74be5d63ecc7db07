import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Session, SessionsModule } from 'nestjs-django-sessions';
import { cacheCases, sessionEngineCases } from 'nestjs-django-sessions/testing';
import { SECRET, embeddedDatabase } from '../support/application.js';
import { Session as CoreSession } from '../../libs/sessions/src/core/session.js';
import { Visitor } from '../support/browserlike.js';
import { DatabaseStore } from '../support/database-store.js';
import { memcachedOrSkip, redisOrSkip } from '../support/services.js';

process.env.SECRET_KEY = SECRET;
process.env.DATABASE = ':memory:';

process.env.SESSIONS_FOLDER = mkdtempSync(join(tmpdir(), 'sessions-'));
afterAll(() => rmSync(process.env.SESSIONS_FOLDER!, { recursive: true }));

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  'README.md',
  ...(readdirSync(join(ROOT, 'docs'), { recursive: true }) as string[]).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));
const examples = readdirSync(join(ROOT, 'docs/examples')).map((name) => ({
  name: `docs/examples/${name}`,
  text: readFileSync(join(ROOT, 'docs/examples', name), 'utf8'),
}));

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(...imports: any[]): Promise<Visitor> {
  app = (await Test.createTestingModule({ imports }).compile()).createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  return new Visitor(await app.getUrl());
}

const services = new Map([
  [redisOrSkip, await redisOrSkip()],
  [memcachedOrSkip, await memcachedOrSkip()],
] as const);
const engines = await import('../../docs/examples/engines.js');
const { CartController } = await import('../../docs/examples/cart.js');

const json = { 'content-type': 'application/json' };

describe('documentation', () => {
  const blocks = pages.flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code], index) => ({
      title: `${page}, block ${index + 1}`,
      code: code!,
    })),
  );

  test.each(blocks)('$title is code that is compiled and run here', ({ code }) => {
    expect(examples.filter(({ text }) => text.includes(code)).map(({ name }) => name)).not.toEqual([]);
  });

  const links = pages.flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to]) => ({
      page,
      to: to!,
    })),
  );

  test.each(links)('$page links to $to, which is there', ({ page, to }) => {
    expect(readdirSync(join(ROOT, page, '..', to, '..'))).toContain(to.split('/').pop());
  });
});

describe('examples', () => {
  test('cart.ts', async () => {
    const { AppModule } = await import('../../docs/examples/cart.js');
    const visitor = await start(AppModule);
    expect(await (await visitor.post('/cart/pear')).json()).toEqual(['pear']);
    expect(await (await visitor.post('/cart/fig')).json()).toEqual(['pear', 'fig']);
  });

  test('account.controller.ts and signed-in.guard.ts', async () => {
    const { AccountController } = await import('../../docs/examples/account.controller.js');
    const { SignedInGuard } = await import('../../docs/examples/signed-in.guard.js');
    @Controller()
    class PrivateController {
      @Get('private')
      @UseGuards(SignedInGuard)
      show(@Session('user') user: string) {
        return user;
      }
    }
    @Module({
      imports: [embeddedDatabase(), SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false })],
      controllers: [AccountController, PrivateController],
    })
    class AccountModule {}
    const visitor = await start(AccountModule);
    expect((await visitor.get('/private')).status).toBe(403);
    const answer = await visitor.post('/login', { headers: json, body: '{"name":"ann","remember":true}' });
    expect(answer.headers.getSetCookie()[0]).toMatch(/Max-Age=2591999/);
    expect(await (await visitor.get('/private')).text()).toBe('ann');
    const again = await visitor.post('/login', { headers: json, body: '{"name":"bob"}' });
    expect(again.headers.getSetCookie()[0]).not.toMatch(/Max-Age/);
    await visitor.post('/logout');
    expect((await visitor.get('/private')).status).toBe(403);
  });

  test('async-options.ts', async () => {
    const { Sessions } = await import('../../docs/examples/async-options.js');
    @Controller()
    class CounterController {
      @Get()
      count(@Session() session: Session) {
        return session.set('n', session.get('n', 0) + 1).get('n');
      }
    }
    @Module({ imports: [embeddedDatabase(), Sessions], controllers: [CounterController] })
    class ConfiguredModule {}
    const visitor = await start(ConfiguredModule);
    await visitor.get();
    expect(await (await visitor.get()).text()).toBe('2');
  });

  test('own-engine.ts in an application', async () => {
    const { Sessions } = await import('../../docs/examples/own-engine.js');
    @Module({ imports: [Sessions], controllers: [CartController] })
    class ShelfApplication {}
    const visitor = await start(ShelfApplication);
    await visitor.post('/cart/pear');
    expect(await (await visitor.post('/cart/fig')).json()).toEqual(['pear', 'fig']);
  });
});

describe('own-engine.ts keeps the contract of engines', () => {
  const cases = sessionEngineCases({
    ownClock: true,
    make: async () => {
      const { ShelfEngine } = await import('../../docs/examples/own-engine.js');
      const { Shelf } = await import('../../docs/examples/shelf.js');
      return new ShelfEngine(new Shelf());
    },
  });
  for (const { name, run } of cases) test(name, run);
});

test('own-cache.ts in an application', async () => {
  const { Sessions } = await import('../../docs/examples/own-cache.js');
  @Module({ imports: [Sessions], controllers: [CartController] })
  class DrawerApplication {}
  const visitor = await start(DrawerApplication);
  await visitor.post('/cart/pear');
  expect(await (await visitor.post('/cart/fig')).json()).toEqual(['pear', 'fig']);
});

describe('own-cache.ts keeps the contract of caches', () => {
  const cases = cacheCases(async () => new (await import('../../docs/examples/own-cache.js')).DrawerCache());
  for (const { name, run } of cases) test(name, run);
});

describe('engines.ts', () => {
  const NEEDS: Record<string, typeof redisOrSkip> = {
    inRedis: redisOrSkip,
    inRedisWithDjango: redisOrSkip,
    inDatabaseAndCache: redisOrSkip,
    inMemcached: memcachedOrSkip,
  };

  test('shows every engine but the default one', () => {
    expect(Object.keys(engines).sort()).toEqual(
      [...Object.keys(NEEDS), 'inRedisOfTheApplication', 'inFiles', 'inSignedCookies', 'inEncryptedCookies'].sort(),
    );
  });

  for (const [name, Sessions] of Object.entries(engines)) {
    if (typeof Sessions === 'function') continue;
    (NEEDS[name] && services.get(NEEDS[name]!) === describe.skip ? test.skip : test)(
      `${name}, in an application`,
      async () => {
        @Module({ imports: [embeddedDatabase(), Sessions], controllers: [CartController] })
        class ShopModule {}
        const visitor = await start(ShopModule);
        await visitor.post('/cart/pear');
        // This one's cookie is for HTTPS; the visitor of these tests sends it all the same.
        expect(await (await visitor.post('/cart/fig')).json()).toEqual(['pear', 'fig']);
      },
    );
  }

  test('inRedisOfTheApplication takes a client', () => {
    expect(engines.inRedisOfTheApplication).toBeInstanceOf(Function);
  });
});

test('django-user.ts tells who is logged in, and ends the session when the password was changed', async () => {
  const { djangoUserId } = await import('../../docs/examples/django-user.js');
  const { sessionAuthHash } = await import('nestjs-django-sessions');
  const database = await DatabaseStore.open();
  database.clock.seconds = Date.now() / 1000;
  const session = new CoreSession<any>(database.store([SECRET]));
  session.update({ _auth_user_id: '7', _auth_user_hash: sessionAuthHash('pbkdf2$old', SECRET) });
  await session.save();
  expect(await djangoUserId(session as never, async () => 'pbkdf2$old')).toBe('7');
  expect(await djangoUserId(session as never, async () => null)).toBeNull();
  expect(await database.rows()).toHaveLength(1);
  expect(await djangoUserId(session as never, async () => 'pbkdf2$new')).toBeNull();
  expect(await database.rows()).toHaveLength(0);
  await database.close();
});
