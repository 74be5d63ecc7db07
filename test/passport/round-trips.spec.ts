import { describe, expect, test } from '@jest/globals';
import { redisOrSkip } from '../support/services.js';
import { ANN, shopWith } from './support/shop.js';
import { inDatabase, inRedis } from './support/stores.js';

// The numbers in docs/migrating-from-express-session.md; those beside them are in express-session.spec.ts.

const withRedis = await redisOrSkip();

describe('what passport costs, in statements of the engine db', () => {
  const shop = shopWith(inDatabase, 'Express');

  test('log-in, a request, log-in again, log-out, and what others ask for', async () => {
    const visitor = shop.visitor();
    expect(await shop.during(() => visitor.post('/login', ANN))).toEqual(['INSERT']);
    expect(await shop.during(() => visitor.get('/me'))).toEqual(['SELECT']);
    expect(await shop.during(() => visitor.post('/login', ANN))).toEqual(['SELECT', 'DELETE', 'INSERT']);
    expect(await shop.during(() => visitor.post('/logout'))).toEqual(['SELECT', 'UPDATE', 'DELETE']);
    expect(await shop.during(() => visitor.get('/me'))).toEqual([]);
    expect(await shop.during(() => visitor.post('/logout'))).toEqual([]);
  });
});

withRedis('what passport costs, in commands of the engine cache on Redis', () => {
  const shop = shopWith(inRedis, 'Express');

  test('log-in, a request, log-in again, log-out, and what others ask for', async () => {
    // A script is sent in full once, and by its digest from then on.
    const first = shop.visitor();
    await first.post('/login', ANN);
    await first.post('/logout');
    const visitor = shop.visitor();
    expect(await shop.during(() => visitor.post('/login', ANN))).toEqual(['SET']);
    expect(await shop.during(() => visitor.get('/me'))).toEqual(['GET']);
    expect(await shop.during(() => visitor.post('/login', ANN))).toEqual(['GET', 'DEL', 'SET']);
    expect(await shop.during(() => visitor.post('/logout'))).toEqual(['GET', 'SCRIPT', 'DEL']);
    expect(await shop.keys()).toEqual([]);
    expect(await shop.during(() => visitor.get('/me'))).toEqual([]);
    expect(await shop.during(() => visitor.post('/logout'))).toEqual([]);
  });
});
