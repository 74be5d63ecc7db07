import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { Test } from '@nestjs/testing';
import { RedisStore } from 'connect-redis';
import session, { MemoryStore } from 'express-session';
import passport from 'passport';
import { AccountController, PasswordStrategy, Users, UserSerializer } from '../../docs/examples/passport.js';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';
import { redisOrSkip } from '../support/services.js';
import { ANN } from './support/shop.js';
import { recordedRedis } from './support/stores.js';

// What our numbers in docs/migrating-from-express-session.md stand beside: the same controllers, on the real one.

const withRedis = await redisOrSkip();

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(store: session.Store): Promise<Visitor> {
  const module = await Test.createTestingModule({
    imports: [PassportModule.register({ session: true })],
    providers: [Users, PasswordStrategy, UserSerializer],
    controllers: [AccountController],
  }).compile();
  app = module.createNestApplication({ logger: false });
  app.use(session({ secret: SECRET, resave: false, saveUninitialized: false, store }), passport.session());
  await app.listen(0, '127.0.0.1');
  return new Visitor(await app.getUrl());
}

describe('the real express-session', () => {
  test('passport’s log-out leaves an empty session in the store, and its cookie with the visitor', async () => {
    const store = new MemoryStore();
    const stored = () => Object.values((store as unknown as { sessions: Record<string, string> }).sessions);
    const visitor = await start(store);
    await visitor.post('/login', ANN);
    expect(stored().map((text) => JSON.parse(text))).toEqual([expect.objectContaining({ passport: { user: 0 } })]);
    expect((await visitor.post('/logout')).status).toBe(204);
    expect(stored().map((text) => Object.keys(JSON.parse(text)))).toEqual([['cookie']]);
    expect(visitor.cookies.size).toBe(1);
  });
});

withRedis('the real express-session on Redis', () => {
  const { client, during } = recordedRedis();
  const prefix = `express-session-${process.pid}:`;
  afterAll(async () => {
    const left = await client.keys(`${prefix}*`);
    if (left.length > 0) await client.del(left);
    await client.quit();
  });

  test('what passport costs there', async () => {
    const visitor = await start(new RedisStore({ client, prefix }));
    expect(await during(() => visitor.post('/login', ANN))).toEqual(['DEL', 'SET', 'SET']);
    expect(await during(() => visitor.get('/me'))).toEqual(['GET', 'EXPIRE']);
    expect(await during(() => visitor.post('/login', ANN))).toEqual(['GET', 'DEL', 'SET', 'SET']);
    expect(await during(() => visitor.post('/logout'))).toEqual(['GET', 'SET', 'DEL', 'SET']);
    expect(await client.keys(`${prefix}*`)).toHaveLength(1);
    expect(await during(() => visitor.get('/me'))).toEqual(['GET', 'EXPIRE']);
    expect(await during(() => new Visitor(visitor.url).get('/me'))).toEqual([]);
  });
});
