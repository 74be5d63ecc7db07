import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type CountingEngine, countingEngine, overrideEngine, sessionAgent } from 'nestjs-django-sessions/testing';
import { AppModule } from './cart.js';

let app: INestApplication;
let store: CountingEngine;

beforeAll(async () => {
  const builder = Test.createTestingModule({ imports: [AppModule] });
  const module = await overrideEngine(builder, (own) => (store = countingEngine(own))).compile();
  app = module.createNestApplication();
});

afterAll(() => app.close());

test('filling the cart costs two round trips', async () => {
  const ann = sessionAgent(app);
  await ann.post('/cart/pear');
  store.reset();
  await ann.post('/cart/fig');
  expect(store.counts).toEqual({ load: 1, save: 1 });
});
