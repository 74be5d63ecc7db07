import { describe, expect, test } from '@jest/globals';
import type { SessionEngine } from 'nestjs-django-sessions';
import { failingEngine, memoryEngine, sessionAgent } from 'nestjs-django-sessions/testing';
import { PLATFORMS, sessions, shop } from './applications.js';

const SOON = Date.now() + 3_600_000;

describe('failAll and recover', () => {
  test('every method fails, until the store is well again', async () => {
    const inner = memoryEngine();
    const store = failingEngine<SessionEngine>({ ...bound(inner), clearExpired: async () => 3 });
    const { key } = await store.create('{"a":1}', SOON);
    store.failAll();
    const options = { batchSize: 1, now: 0, isExpired: () => true };
    for (const call of [
      () => store.load(key),
      () => store.exists(key),
      () => store.create('{}', SOON),
      () => store.save(key, '{}', SOON),
      () => store.delete(key),
      () => store.cycle!(key, '{}', SOON),
      () => store.clearExpired!(options),
    ]) {
      await expect(call()).rejects.toThrow('The session store is down.');
    }
    store.recover();
    expect(await store.load(key)).toMatchObject({ payload: '{"a":1}' });
    expect([inner.size, await store.clearExpired!(options)]).toEqual([1, 3]);
  });

  test('with an error of its own', async () => {
    const store = failingEngine(memoryEngine());
    const lost = Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });
    store.failAll(lost);
    await expect(store.load('k')).rejects.toBe(lost);
    await expect(store.load('k')).rejects.toBe(lost);
  });
});

describe('failNext', () => {
  test('one call of one method fails, and does nothing', async () => {
    const inner = memoryEngine();
    const store = failingEngine(inner);
    store.failNext('create');
    expect(await store.load('unknown')).toBeNull();
    await expect(store.create('{}', SOON)).rejects.toThrow('The session store is down.');
    expect(inner.size).toBe(0);
    await store.create('{}', SOON);
    expect(inner.size).toBe(1);
  });

  test('said several times, several calls, in that order', async () => {
    const store = failingEngine(memoryEngine());
    store.failNext('load', new Error('first'));
    store.failNext('exists', new Error('another method'));
    store.failNext('load', new Error('second'));
    await expect(store.load('k')).rejects.toThrow('first');
    await expect(store.load('k')).rejects.toThrow('second');
    expect(await store.load('k')).toBeNull();
    store.recover();
    expect(await store.exists('k')).toBe(false);
  });

  test('a method that the engine has not is refused, as it would never be called', () => {
    const { cycle: _, ...engine } = bound(memoryEngine());
    const store = failingEngine(engine);
    expect(() => store.failNext('cycle')).toThrow('The engine has no method cycle.');
    expect(() => store.holdNext('clearExpired')).toThrow('The engine has no method clearExpired.');
    expect(() => store.failNext('sav' as 'save')).toThrow('The engine has no method sav.');
  });
});

describe('holdNext', () => {
  test('a call waits before the store is asked, until it is released; others pass', async () => {
    const inner = memoryEngine();
    const store = failingEngine(inner);
    const { reached, release } = store.holdNext('create');
    expect(await settled(reached)).toBe(false);
    const creating = store.create('{}', SOON);
    await reached;
    await store.create('{}', SOON);
    expect([inner.size, await settled(creating)]).toEqual([1, false]);
    release();
    await creating;
    expect(inner.size).toBe(2);
  });

  test('released before it comes, the call passes', async () => {
    const store = failingEngine(memoryEngine());
    const held = store.holdNext('load');
    held.release();
    expect(await store.load('k')).toBeNull();
    await held.reached;
  });

  test('two orders hold two calls', async () => {
    const store = failingEngine(memoryEngine());
    const [first, second] = [store.holdNext('load'), store.holdNext('load')];
    const calls = [store.load('a'), store.load('b')] as const;
    await Promise.all([first.reached, second.reached]);
    second.release();
    await calls[1];
    expect(await settled(calls[0])).toBe(false);
    first.release();
    await calls[0];
  });

  test('a call meets what holds when it is released', async () => {
    const store = failingEngine(memoryEngine());
    const { reached, release } = store.holdNext('load');
    const loading = store.load('k');
    await reached;
    store.failAll();
    release();
    await expect(loading).rejects.toThrow('The session store is down.');
  });

  test('recover releases what waits, and what would have', async () => {
    const store = failingEngine(memoryEngine());
    const { reached } = store.holdNext('load');
    store.holdNext('load');
    const loading = store.load('k');
    await reached;
    store.recover();
    expect(await loading).toBeNull();
    const next = store.holdNext('load');
    const later = store.load('k');
    await next.reached;
    expect(await settled(later)).toBe(false);
    next.release();
    expect(await later).toBeNull();
  });
});

describe.each(PLATFORMS)('an application on $name', (platform) => {
  const open = async () => {
    const store = failingEngine(memoryEngine());
    return { store, agent: sessionAgent(await shop(platform, [sessions({ engine: store })])) };
  };

  test('answers 503 while its store is down, and knows everybody when it is back', async () => {
    const { store, agent } = await open();
    await agent.post('/visit');
    store.failAll();
    expect((await agent.get('/data')).status).toBe(503);
    expect((await agent.get('/echo')).status).toBe(200);
    await expect(agent.session()).rejects.toMatchObject({ code: 'SESSION_STORE' });
    store.recover();
    expect(await (await agent.get('/data')).json()).toEqual({ visits: 1 });
  });

  test('loses nothing of a request whose save fails but its own', async () => {
    const { store, agent } = await open();
    await agent.post('/visit');
    store.failNext('save');
    expect((await agent.post('/visit')).status).toBe(503);
    expect(await (await agent.post('/visit')).json()).toEqual({ visits: 2 });
  });

  test('keeps an answer back until its session is stored', async () => {
    const { store, agent } = await open();
    await agent.post('/visit');
    const { reached, release } = store.holdNext('save');
    const answer = agent.post('/visit');
    await reached;
    expect(await (await agent.get('/data')).json()).toEqual({ visits: 1 });
    expect(await settled(answer)).toBe(false);
    release();
    expect((await answer).status).toBe(201);
    expect(await (await agent.get('/data')).json()).toEqual({ visits: 2 });
  });
});

/** The engine as an object whose members are its own. */
function bound(engine: SessionEngine): SessionEngine {
  return {
    plain: true,
    load: (key) => engine.load(key),
    exists: (key) => engine.exists(key),
    create: (...args) => engine.create(...args),
    save: (...args) => engine.save(...args),
    delete: (key) => engine.delete(key),
    cycle: (...args) => engine.cycle!(...args),
  };
}

/** Whether it is over, after all that could happen by itself has. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false;
  void promise.finally(() => (isSettled = true));
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  return isSettled;
}
