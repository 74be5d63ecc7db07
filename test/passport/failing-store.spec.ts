import { afterEach, describe, expect, test } from '@jest/globals';
import { ANN, keyOf, sending, type Shop, shopWith } from './support/shop.js';
import { inMemory } from './support/stores.js';
import { passportOnFastify } from '../../docs/examples/passport-fastify.js';

describe.each(['Express', 'Fastify'] as Shop['platform'][])('passport while the store fails, on %s', (platform) => {
  const store = inMemory();
  const shop = shopWith(() => store, platform, platform === 'Fastify' ? { prepare: passportOnFastify } : {});
  afterEach(() => {
    store.cache.broken = false;
  });

  test('whoever has a session is told so, on every route, and keeps the cookie', async () => {
    const visitor = shop.visitor();
    await visitor.post('/login', ANN);
    const key = keyOf(visitor);
    store.cache.broken = true;
    for (const path of ['/me', '/data', '/no/such/route']) expect((await visitor.get(path)).status).toBe(503);
    expect(keyOf(visitor)).toBe(key);
    store.cache.broken = false;
    expect(await (await visitor.get('/me')).json()).toEqual({ id: 0, name: 'ann' });
  });

  test('whoever has none goes on without', async () => {
    store.cache.broken = true;
    expect((await shop.visitor().get('/me')).status).toBe(403);
  });

  test('nobody is logged in whose session could not be stored', async () => {
    const visitor = shop.visitor();
    store.cache.broken = true;
    expect((await visitor.post('/login', ANN)).status).toBe(503);
    expect(visitor.cookies.size).toBe(0);
  });

  test('nor under the old key, if that one could not be ended', async () => {
    const visitor = shop.visitor();
    await visitor.post('/data', sending({ cart: ['pear'] }));
    const key = keyOf(visitor);
    store.cache.broken = (operation) => operation === 'delete';
    expect((await visitor.post('/login', ANN)).status).toBe(503);
    store.cache.broken = false;
    expect(keyOf(visitor)).toBe(key);
    expect((await visitor.get('/me')).status).toBe(403);
    expect(await (await visitor.get('/data')).json()).toEqual({ cart: ['pear'] });
  });

  test('a log-out that could not be stored is no log-out, and says so', async () => {
    const visitor = shop.visitor();
    await visitor.post('/login', ANN);
    store.cache.broken = (operation) => operation !== 'get';
    expect((await visitor.post('/logout')).status).toBe(503);
    store.cache.broken = false;
    expect(await (await visitor.get('/me')).json()).toEqual({ id: 0, name: 'ann' });
  });

  test('once the user is taken out of it, a session that cannot be deleted is nobody’s', async () => {
    const visitor = shop.visitor();
    await visitor.post('/login', ANN);
    store.cache.broken = (operation) => operation === 'delete';
    expect((await visitor.post('/logout')).status).toBe(503);
    store.cache.broken = false;
    expect((await visitor.get('/me')).status).toBe(403);
  });
});
