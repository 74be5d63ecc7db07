import { describe, expect, test } from '@jest/globals';
import { passportOnFastify } from '../../docs/examples/passport-fastify.js';
import { Visitor } from '../support/browserlike.js';
import { redisOrSkip } from '../support/services.js';
import { ANN, keyOf, sending, type Shop, type ShopParts, shopWith } from './support/shop.js';
import { inDatabase, inRedis } from './support/stores.js';

const withRedis = await redisOrSkip();

const STORES = [
  ['the engine db on SQLite', inDatabase, describe],
  ['the engine cache on Redis', inRedis, withRedis],
] as const;

/** Fastify hands its own request to guards and handlers: passport's middleware goes where that one is. */
const PARTS: Record<Shop['platform'], ShopParts> = {
  Express: {},
  Fastify: { prepare: passportOnFastify },
};

/** A visitor whose cookie is another one's. */
function thief(shop: Shop, key: string): Visitor {
  const visitor = shop.visitor();
  visitor.cookies.set('sessionid', key);
  return visitor;
}

for (const platform of ['Express', 'Fastify'] as const) {
  for (const [name, makeStore, describeOrSkip] of STORES) {
    describeOrSkip(`passport on ${platform}, ${name}`, () => {
      const shop = shopWith(makeStore, platform, PARTS[platform]);

      test('a visitor logs in, is known, and logs out', async () => {
        const visitor = shop.visitor();
        expect((await visitor.get('/me')).status).toBe(403);
        const login = await visitor.post('/login', ANN);
        expect(login.status).toBe(201);
        expect(await login.json()).toEqual({ id: 0, name: 'ann' });
        expect(await (await visitor.get('/me')).json()).toEqual({ id: 0, name: 'ann' });
        expect(await (await visitor.get('/data')).json()).toEqual({ passport: { user: 0 } });
        expect((await visitor.post('/logout')).status).toBe(204);
        expect((await visitor.get('/me')).status).toBe(403);
      });

      test('a wrong password leaves nothing behind', async () => {
        const before = await shop.keys();
        const visitor = shop.visitor();
        expect((await visitor.post('/login', sending({ username: 'ann', password: 'fig' }))).status).toBe(401);
        expect((await visitor.post('/login', sending({}))).status).toBe(401);
        expect(visitor.cookies.size).toBe(0);
        expect(await shop.keys()).toEqual(before);
      });

      test('without a session before, one is stored, and its key is the cookie', async () => {
        const before = await shop.keys();
        const visitor = shop.visitor();
        await visitor.post('/login', ANN);
        expect(await shop.keys()).toHaveLength(before.length + 1);
        expect(await shop.keys()).toContain(keyOf(visitor));
      });

      test('with a session before, the key changes, and the old one is dead', async () => {
        const visitor = shop.visitor();
        await visitor.post('/data', sending({ cart: ['pear'] }));
        const old = keyOf(visitor)!;
        expect(await shop.keys()).toContain(old);
        await visitor.post('/login', ANN);
        const fresh = keyOf(visitor)!;
        expect(fresh).not.toBe(old);
        const stored = await shop.keys();
        expect(stored).not.toContain(old);
        expect(stored).toContain(fresh);
        // As with express-session, what was in it is left behind.
        expect(await (await visitor.get('/data')).json()).toEqual({ passport: { user: 0 } });
        const other = thief(shop, old);
        expect((await other.get('/me')).status).toBe(403);
        expect(await (await other.get('/data')).json()).toEqual({});
      });

      test('a key that somebody made up is not adopted', async () => {
        const made = 'a'.repeat(32);
        const visitor = thief(shop, made);
        await visitor.post('/login', ANN);
        expect(keyOf(visitor)).toMatch(/^[a-z0-9]{32}$/);
        expect(keyOf(visitor)).not.toBe(made);
        expect(await shop.keys()).not.toContain(made);
      });

      test('logging in again changes the key again', async () => {
        const visitor = shop.visitor();
        await visitor.post('/login', ANN);
        const first = keyOf(visitor)!;
        await visitor.post('/login', sending({ username: 'bob', password: 'fig' }));
        expect(keyOf(visitor)).not.toBe(first);
        expect(await shop.keys()).not.toContain(first);
        expect(await (await visitor.get('/me')).json()).toEqual({ id: 1, name: 'bob' });
      });

      test('after logging out the store holds nothing of it, and the cookie is removed', async () => {
        const before = await shop.keys();
        const visitor = shop.visitor();
        await visitor.post('/data', sending({ cart: ['pear'] }));
        await visitor.post('/login', ANN);
        const key = keyOf(visitor)!;
        expect(await shop.keys()).toHaveLength(before.length + 1);
        const answer = await visitor.post('/logout');
        expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^sessionid=""; .*Max-Age=0/)]);
        expect(visitor.cookies.size).toBe(0);
        expect((await shop.keys()).sort()).toEqual([...before].sort());
        expect((await thief(shop, key).get('/me')).status).toBe(403);
      });

      test('logging out without a session stores nothing', async () => {
        const before = await shop.keys();
        const visitor = shop.visitor();
        expect((await visitor.post('/logout')).status).toBe(204);
        expect(visitor.cookies.size).toBe(0);
        expect(await shop.keys()).toEqual(before);
      });

      test('a user who is no more is nobody', async () => {
        const visitor = shop.visitor();
        await visitor.post('/data', sending({ passport: { user: 99 } }));
        expect((await visitor.get('/me')).status).toBe(403);
        expect(await (await visitor.get('/data')).json()).toEqual({ passport: {} });
      });
    });

    describeOrSkip(`passport with keepSessionInfo on ${platform}, ${name}`, () => {
      const shop = shopWith(makeStore, platform, { ...PARTS[platform], passport: { keepSessionInfo: true } });

      test('takes the data along to the new key, and the old one is dead all the same', async () => {
        const visitor = shop.visitor();
        await visitor.post('/data', sending({ cart: ['pear'], _session_expiry: 600 }));
        const old = keyOf(visitor)!;
        const login = await visitor.post('/login', ANN);
        expect(login.headers.getSetCookie()).toEqual([expect.stringContaining('Max-Age=600')]);
        expect(await (await visitor.get('/data')).json()).toEqual({
          cart: ['pear'],
          _session_expiry: 600,
          passport: { user: 0 },
        });
        expect(await shop.keys()).not.toContain(old);
        expect(await (await thief(shop, old).get('/data')).json()).toEqual({});
      });
    });
  }
}
