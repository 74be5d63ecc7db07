import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type FailingEngine, failingEngine, overrideEngine, sessionAgent } from 'nestjs-django-sessions/testing';
import { AppModule } from './cart.js';

let app: INestApplication;
let store: FailingEngine;

beforeAll(async () => {
  const builder = Test.createTestingModule({ imports: [AppModule] });
  const module = await overrideEngine(builder, (own) => (store = failingEngine(own))).compile();
  app = module.createNestApplication({ logger: false });
});

afterEach(() => store.recover());
afterAll(() => app.close());

test('while the store is down the shop says so, and no cart is lost', async () => {
  const ann = sessionAgent(app);
  await ann.post('/cart/pear');
  store.failAll();
  expect((await ann.post('/cart/fig')).status).toBe(503);
  store.recover();
  expect(await (await ann.post('/cart/fig')).json()).toEqual(['pear', 'fig']);
});

test('two tabs at once: what each of them changed is kept', async () => {
  const ann = sessionAgent(app);
  await ann.startSession({ cart: [], theme: 'light' });
  const { reached, release } = store.holdNext('save');
  const slow = ann.post('/cart/pear');
  await reached; // the handler is done, and what it changed is about to be stored
  const other = await ann.session();
  other.set('theme', 'dark');
  await other.save();
  release();
  expect((await slow).status).toBe(201);
  expect((await ann.session()).data).toEqual({ cart: ['pear'], theme: 'dark' });
});
