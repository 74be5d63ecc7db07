import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Session } from '../../libs/sessions/src/core/session.js';
import type { SessionStore } from '../../libs/sessions/src/core/session-store.js';
import { databasesThatAnswer } from '../support/databases.js';
import { memcachedOrSkip, redisOrSkip } from '../support/services.js';
import { storeWith } from './support/actor.js';
import {
  type Counted,
  countedCache,
  countedCachedDb,
  countedDatabase,
  countedFiles,
  countedMemcached,
  countedMemory,
  countedRedis,
} from './support/store-calls.js';

/** What each request sends to its store. */
interface Costs {
  read: string[];
  write: string[];
  firstWrite: string[];
  logIn: string[];
  logOut: string[];
  /** What a write adds when another one came first. */
  merge: string[];
}

const database: Costs = {
  read: ['SELECT'],
  write: ['SELECT', 'UPDATE'],
  firstWrite: ['INSERT'],
  logIn: ['SELECT', 'UPDATE'],
  logOut: ['DELETE'],
  merge: ['SELECT', 'UPDATE'],
};
const file: Costs = {
  read: ['load'],
  write: ['load', 'save'],
  firstWrite: ['create'],
  logIn: ['load', 'cycle'],
  logOut: ['delete'],
  merge: ['load', 'save'],
};
const memory: Costs = {
  read: ['get'],
  write: ['get', 'compareAndSet'],
  firstWrite: ['add'],
  logIn: ['get', 'move'],
  logOut: ['delete'],
  merge: ['get', 'compareAndSet'],
};
const redis: Costs = {
  read: ['get'],
  write: ['get', 'evalsha'],
  firstWrite: ['set'],
  logIn: ['get', 'evalsha'],
  logOut: ['del'],
  merge: ['get', 'evalsha'],
};
const memcached: Costs = {
  read: ['mg'],
  write: ['mg', 'ms'],
  firstWrite: ['ms'],
  logIn: ['mg', 'ms', 'ms'],
  logOut: ['md'],
  merge: ['mg', 'ms'],
};
/**
 * An entry whose row is about to go is marked before and after. A conflict leaves a mark, too: the entry is
 * out of date, and then it is not the one that was known.
 */
const cachedDb = (get: string, put: string, compare: string): Costs => ({
  read: [get],
  write: [get, 'UPDATE', compare],
  firstWrite: ['INSERT', put],
  logIn: [get, put, 'UPDATE', put, put],
  logOut: [put, 'DELETE', put],
  merge: [compare, get, 'UPDATE', compare],
});

const redisDescribe = await redisOrSkip();
const memcachedDescribe = await memcachedOrSkip();

function costs(name: string, open: () => Promise<Counted>, expected: Costs, inGroup = describe): void {
  inGroup(name, () => {
    let counted: Counted;
    let store: SessionStore;
    let key: string;
    beforeAll(async () => {
      counted = await open();
      store = storeWith(counted.engine, 'merge');
    });
    beforeEach(async () => {
      const session = new Session<any>(store).update({ visits: 1 });
      await session.save();
      key = session.sessionKey!;
    });
    afterAll(() => counted?.close());

    async function during(work: () => Promise<unknown>): Promise<string[]> {
      counted.calls.length = 0;
      await work();
      return [...counted.calls];
    }
    const known = () => new Session<any>(store, key);

    test('a read', async () => {
      expect(await during(() => known().load())).toEqual(expected.read);
    });

    test('a write, one after another', async () => {
      for (let visits = 2; visits < 5; visits++) {
        const write = async () => (await known().load()).set('visits', visits).save();
        expect(await during(write)).toEqual(expected.write);
      }
    });

    test('a second write of the same request reads nothing again', async () => {
      const session = (await known().load()).set('visits', 2);
      await session.save();
      session.set('visits', 3);
      const [, ...afterTheRead] = expected.write;
      expect(await during(() => session.save())).toEqual(afterTheRead);
    });

    test('a save without a change', async () => {
      expect(await during(async () => (await known().load()).save())).toEqual(expected.write);
    });

    test('a first write', async () => {
      expect(await during(() => new Session<any>(store).set('visits', 1).save())).toEqual(expected.firstWrite);
    });

    test('a log-in, with what it writes', async () => {
      const logIn = async () => (await known().load()).set('user', 'ann').cycleKey();
      expect(await during(logIn)).toEqual(expected.logIn);
    });

    test('a log-out', async () => {
      expect(await during(() => known().flush())).toEqual(expected.logOut);
    });

    test('a write that meets another one costs one more look and one more try', async () => {
      const slow = (await known().load()).set('slow', true);
      await (await known().load()).set('quick', true).save();
      const [, attempt] = expected.write;
      expect(await during(() => slow.save())).toEqual([attempt, ...expected.merge]);
      expect({ ...(await store.load(key))!.data }).toEqual({ visits: 1, quick: true, slow: true });
    });
  });
}

for (const kind of await databasesThatAnswer()) costs(`db on ${kind}`, () => countedDatabase(kind), database);
costs('file', countedFiles, file);
costs('cache in memory', () => countedCache(countedMemory), memory);
costs('cache in Redis', () => countedCache(countedRedis), redis, redisDescribe as typeof describe);
costs('cache in Memcached', () => countedCache(countedMemcached), memcached, memcachedDescribe as typeof describe);
costs('cached_db over memory', () => countedCachedDb(countedMemory), cachedDb('get', 'set', 'compareAndSet'));
costs(
  'cached_db over Redis',
  () => countedCachedDb(countedRedis),
  cachedDb('get', 'set', 'evalsha'),
  redisDescribe as typeof describe,
);
costs(
  'cached_db over Memcached',
  () => countedCachedDb(countedMemcached),
  cachedDb('mg', 'ms', 'ms'),
  memcachedDescribe as typeof describe,
);
