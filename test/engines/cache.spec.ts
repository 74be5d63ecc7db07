import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Cache } from '../../libs/sessions/src/cache/cache.js';
import { DummyCache } from '../../libs/sessions/src/cache/dummy-cache.js';
import { MemcachedCache } from '../../libs/sessions/src/cache/memcached-cache.js';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { RedisCache } from '../../libs/sessions/src/cache/redis-cache.js';
import { SessionStoreError, SessionUpdateError } from '../../libs/sessions/src/core/errors.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { CacheEngine } from '../../libs/sessions/src/engines/cache/cache-engine.js';
import { CacheStore } from '../support/cache-store.js';
import { MEMCACHED, memcachedOrSkip, REDIS_URL, redisOrSkip } from '../support/services.js';
import { storeOn } from '../support/store-under-test.js';
import { TestClock } from '../support/vectors.js';

describe('round trips', () => {
  const under = new CacheStore();
  beforeEach(() => under.wipe());
  const during = async (work: () => Promise<unknown>) => {
    under.cache.operations.length = 0;
    await work();
    return [...under.cache.operations];
  };

  test('one for each operation', async () => {
    const session = new Session<any>(under.store([]));
    session.set('a', 1);
    expect(await during(() => session.save())).toEqual(['add']);
    session.set('a', 2);
    expect(await during(() => session.save())).toEqual(['compareAndSet']);
    const other = new Session<any>(under.store([]), session.sessionKey);
    expect(await during(() => other.load())).toEqual(['get']);
    other.set('b', 1);
    expect(await during(() => other.cycleKey())).toEqual(['move']);
    expect(await during(() => other.exists(other.sessionKey!))).toEqual(['get']);
    expect(await during(() => other.flush())).toEqual(['delete']);
    await expect(session.save()).rejects.toBeInstanceOf(SessionUpdateError);
  });

  test('a new key that is taken is drawn again', async () => {
    const keys = ['taken000', 'taken000', 'free0000', 'taken000', 'free0000', 'free0001'];
    const store = under.store([], {}, { newKey: () => keys.shift()! });
    expect((await store.create({})).key).toBe('taken000');
    const second = new Session<any>(store);
    expect(await during(() => second.save())).toEqual(['add', 'add']);
    expect(second.sessionKey).toBe('free0000');
    expect(await during(() => second.cycleKey())).toEqual(['move', 'move', 'move']);
    expect(second.sessionKey).toBe('free0001');
  });

  test('a cache without move: the new session is made, and the old one ended by a conditional write', async () => {
    const { cache } = under;
    const bare: Cache = {
      get: (key) => cache.get(key),
      add: (...args) => cache.add(...args),
      set: (...args) => cache.set(...args),
      replace: (...args) => cache.replace(...args),
      compareAndSet: (...args) => cache.compareAndSet(...args),
      delete: (key) => cache.delete(key),
    };
    const engine = new CacheEngine(bare, { newKey: under.keys.next });
    expect(engine.cycle).toBeUndefined();
    const session = new Session<any>(storeOn(engine, under.clock, {}));
    session.set('a', 1);
    await session.save();
    const old = session.sessionKey!;
    expect(await during(() => session.cycleKey())).toEqual(['add', 'compareAndSet']);
    expect(await engine.load(old)).toBeNull();
    expect((await engine.load(session.sessionKey!))?.payload).toBe('{"a":1}');
  });
});

describe('a cache that fails', () => {
  test('is an error, never an empty session, and the key is not told', async () => {
    const under = new CacheStore();
    const created = await under.store([]).create({ a: 1 });
    under.cache.broken = true;
    const error = await new Session<any>(under.store([]), created.key).load().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SessionStoreError);
    const { message, stack, cause } = error as SessionStoreError;
    expect(`${message} ${stack} ${(cause as Error).stack}`).not.toContain(created.key);
  });
});

test('a cache that stores nothing has no sessions', async () => {
  const store = storeOn(new CacheEngine(new DummyCache()), new TestClock(), {});
  const { key } = await store.create({ a: 1 });
  expect(await store.load(key)).toBeNull();
  await expect(store.save(key, { a: 1 }, null)).rejects.toBeInstanceOf(SessionUpdateError);
});

function concurrent(make: () => Cache): void {
  test.each(['json', 'pickle'] as const)('of thirty who write at once, every change is kept (%s)', async (values) => {
    const caches = [make(), make()];
    const keyPrefix = `test${randomBytes(6).toString('hex')}`;
    const clock = new TestClock(Date.now() / 1000);
    const stores = caches.map((cache) => storeOn(new CacheEngine(cache, { values, keyPrefix }), clock, {}));
    const { key } = await stores[0]!.create({});
    const sessions = await Promise.all(
      Array.from({ length: 30 }, (_, n) => new Session<any>(stores[n % 2]!, key).load()),
    );
    await Promise.all(
      sessions.map((session, n) => {
        session.set(`k${n}`, n);
        return session.save();
      }),
    );
    expect((await stores[0]!.load(key))?.data).toEqual(
      Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`k${n}`, n])),
    );
    await stores[0]!.delete(key);
    for (const cache of caches) await cache.close?.();
  });
}

describe('in memory', () => {
  const cache = new MemoryCache();
  concurrent(() => cache);
});

const describeRedis = await redisOrSkip();
describeRedis('on two connections to Redis', () => concurrent(() => new RedisCache(REDIS_URL)));

const describeMemcached = await memcachedOrSkip();
describeMemcached('on two connections to Memcached', () => concurrent(() => new MemcachedCache(MEMCACHED)));
