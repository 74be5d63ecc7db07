import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type INestApplication, type MiddlewareConsumer, Module, type NestModule, type Type } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import cookieParser from 'cookie-parser';
import expressSession, { MemoryStore } from 'express-session';
import { SessionsModule } from 'nestjs-django-sessions';
import passport from 'passport';
import { DataSource } from 'typeorm';
import { embeddedDatabase, SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';

let examples: typeof import('../../docs/examples/passport.js');
beforeAll(async () => {
  process.env.SECRET_KEY = SECRET;
  process.env.DATABASE = ':memory:';
  examples = await import('../../docs/examples/passport.js');
});

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(root: Type, prepare: (app: INestApplication) => void = () => {}): Promise<Visitor> {
  app = (await Test.createTestingModule({ imports: [root] }).compile()).createNestApplication({ logger: false });
  return listening(app, prepare);
}

async function listening(started: INestApplication, prepare: (app: INestApplication) => void): Promise<Visitor> {
  prepare(started);
  await started.listen(0, '127.0.0.1');
  return new Visitor(await started.getUrl());
}

const json = { 'content-type': 'application/json' };
const ANN = { headers: json, body: '{"username":"ann","password":"pear"}' };

async function signsInAndOut(visitor: Visitor): Promise<void> {
  expect((await visitor.get('/me')).status).toBe(403);
  expect((await visitor.post('/login', { headers: json, body: '{"username":"ann","password":"fig"}' })).status).toBe(
    401,
  );
  expect((await visitor.post('/login', ANN)).status).toBe(201);
  expect(await (await visitor.get('/me')).json()).toEqual({ id: 0, name: 'ann' });
  expect((await visitor.post('/logout')).status).toBe(204);
  expect((await visitor.get('/me')).status).toBe(403);
  expect(await app!.get(DataSource).query('SELECT * FROM django_session')).toEqual([]);
}

/** The parts of an application that bring no session of their own. */
const parts = () => ({
  imports: [
    embeddedDatabase(),
    SessionsModule.forRoot({ secretKey: SECRET, expressSession: true, clearSessions: false }),
    PassportModule.register({ session: true }),
  ],
  providers: [examples.Users, examples.PasswordStrategy, examples.UserSerializer],
  controllers: [examples.AccountController],
});

describe('moving from express-session', () => {
  test('passport.module.ts signs in and out, and leaves nothing in the store', async () => {
    const { AccountModule } = await import('../../docs/examples/passport.module.js');
    await signsInAndOut(await start(AccountModule));
  });

  test('passport-fastify.ts does so on Fastify', async () => {
    const { passportOnFastify } = await import('../../docs/examples/passport-fastify.js');
    const module = await Test.createTestingModule(parts()).compile();
    const onFastify = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    app = onFastify;
    await signsInAndOut(await listening(app, () => passportOnFastify(onFastify)));
  });

  test('passport-cart.controller.ts: both ways of writing see one cart', async () => {
    const { CartController } = await import('../../docs/examples/passport-cart.controller.js');
    @Module({ ...parts(), controllers: [CartController] })
    class ShopModule {}
    const visitor = await start(ShopModule);
    expect(await (await visitor.post('/cart/pear')).json()).toEqual(['pear']);
    expect(await (await visitor.post('/cart/fig')).json()).toEqual(['pear', 'fig']);
    expect(await (await visitor.get('/cart')).json()).toEqual(['pear', 'fig']);
    const sent = await visitor.post('/cart/order/sent');
    expect(sent.headers.get('location')).toBe('/cart');
    expect(await (await visitor.get('/cart')).json()).toEqual([]);
  });

  test('passport-messages.ts: a message over a redirect, behind a token', async () => {
    const { ProfileModule } = await import('../../docs/examples/passport-messages.js');
    @Module({ imports: [...parts().imports, ProfileModule] })
    class MessagesModule {}
    const visitor = await start(MessagesModule);
    const { messages, token } = (await (await visitor.get('/profile')).json()) as Record<string, any>;
    expect(messages).toEqual([]);
    expect((await visitor.post('/profile')).status).toBe(403);
    expect((await visitor.post('/profile', { headers: { 'x-csrf-token': token } })).status).toBe(303);
    expect(await (await visitor.get('/profile')).json()).toEqual({ messages: ['Saved'], token });
    expect(await (await visitor.get('/profile')).json()).toEqual({ messages: [], token });
  });

  test('passport-carry-over.ts takes a visitor of express-session along, still signed in', async () => {
    const { carryOver } = await import('../../docs/examples/passport-carry-over.js');
    const old = new MemoryStore();
    const oldSecret = 'the secret of express-session';
    const kept = () => Object.keys((old as unknown as { sessions: object }).sessions);

    @Module({ ...parts(), imports: [PassportModule.register({ session: true })] })
    class OldModule {}
    const settings = { secret: oldSecret, store: old, resave: false, saveUninitialized: false };
    const before = await start(OldModule, (one) => one.use(expressSession(settings), passport.session()));
    await before.post('/login', ANN);
    expect(await (await before.get('/me')).json()).toEqual({ id: 0, name: 'ann' });
    expect(kept()).toHaveLength(1);
    await app!.close();

    @Module(parts())
    class NewModule implements NestModule {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(cookieParser(oldSecret), carryOver(old), passport.session()).forRoutes('{*path}');
      }
    }
    const visitor = await start(NewModule);
    for (const [name, value] of before.cookies) visitor.cookies.set(name, value);
    const forged = new Visitor(visitor.url);
    forged.cookies.set('connect.sid', visitor.cookies.get('connect.sid')!.slice(0, -3));
    expect((await forged.get('/me')).status).toBe(403);
    const first = await visitor.get('/me');
    expect(await first.json()).toEqual({ id: 0, name: 'ann' });
    expect(first.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^connect\.sid=; .*Expires=Thu, 01 Jan 1970/),
      expect.stringMatching(/^sessionid=[a-z0-9]{32};/),
    ]);
    expect(kept()).toEqual([]);
    visitor.cookies.delete('connect.sid');
    expect(await (await visitor.get('/me')).json()).toEqual({ id: 0, name: 'ann' });
    expect((await visitor.post('/logout')).status).toBe(204);
    expect((await visitor.get('/me')).status).toBe(403);
  });
});
