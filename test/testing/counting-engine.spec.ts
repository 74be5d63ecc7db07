import { describe, expect, test } from '@jest/globals';
import { countingEngine, memoryEngine, sessionAgent } from 'nestjs-django-sessions/testing';
import { PLATFORMS, sessions, shop } from './applications.js';

test('counts each method, in all, and from nought again', async () => {
  const store = countingEngine(memoryEngine());
  expect([store.counts, store.total]).toEqual([{}, 0]);
  const { key } = await store.create('{}', Date.now() + 1000);
  await store.load(key);
  await store.load('unknown');
  await store.delete(key);
  expect([store.counts, store.total]).toEqual([{ create: 1, load: 2, delete: 1 }, 4]);
  const { counts } = store;
  await store.cycle!(key, '{}', 0);
  await store.exists(key);
  await store.save(key, '{}', 0);
  expect([store.counts, store.total]).toEqual([{ create: 1, load: 2, delete: 1, cycle: 1, exists: 1, save: 1 }, 7]);
  expect(counts).toEqual({ create: 1, load: 2, delete: 1 });
  store.reset();
  expect([store.counts, store.total]).toEqual([{}, 0]);
});

describe.each(PLATFORMS)('on $name it tells what a route costs', (platform) => {
  test.each([
    ['one without a session', ['get', '/echo'], {}],
    ['one that reads', ['get', '/data'], { load: 1 }],
    ['one that writes', ['post', '/visit'], { load: 1, save: 1 }],
    ['a log-in', ['post', '/login'], { load: 1, cycle: 1 }],
    ['a log-out', ['post', '/logout'], { load: 1, delete: 1 }],
  ] as const)('%s', async (_, [method, path], counts) => {
    const store = countingEngine(memoryEngine());
    const agent = sessionAgent(await shop(platform, [sessions({ engine: store })]));
    await agent.startSession({ visits: 1 });
    expect(store.counts).toEqual({ create: 1 });
    store.reset();
    await agent[method](path, method === 'post' ? { json: { user: 'ann' } } : {});
    expect(store.counts).toEqual(counts);
    expect(store.total).toBe(Object.keys(counts).length);
  });
});
