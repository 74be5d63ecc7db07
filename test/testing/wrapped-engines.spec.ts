import { afterAll, describe, expect, test } from '@jest/globals';
import type { SessionEngine } from 'nestjs-django-sessions';
import {
  cookieEngineCases,
  countingEngine,
  failingEngine,
  memoryEngine,
  sessionEngineCases,
} from 'nestjs-django-sessions/testing';
import { EncryptedCookiesEngine } from '../../libs/sessions/src/engines/encrypted-cookies/encrypted-cookies-engine.js';
import { MemoryEngine } from '../../libs/sessions/src/testing/memory-engine.js';
import { SECRET } from '../support/application.js';
import { DatabaseStore } from '../support/database-store.js';

const database = await DatabaseStore.open();
afterAll(() => database.close());

const WRAPPERS: Record<string, (engine: SessionEngine) => SessionEngine> = { countingEngine, failingEngine };
const OPTIONAL = ['plain', 'inCookie', 'maxCookies', 'accepts', 'cycle', 'clearExpired'] as const;

const least = (): SessionEngine => ({
  load: async () => null,
  exists: async () => false,
  create: async () => ({ key: 'k'.repeat(32) }),
  save: async () => null,
  delete: async () => {},
});
const everything = (): SessionEngine => ({
  ...least(),
  plain: false,
  inCookie: true,
  maxCookies: 3,
  accepts: (key) => key === 'mine',
  cycle: async () => ({ key: 'moved' }),
  clearExpired: async ({ batchSize }) => batchSize,
});
const inCookies = (clock?: () => number) =>
  new EncryptedCookiesEngine({ secrets: [SECRET], cookieName: 'sessionid', cookieAge: 3600, ...(clock && { clock }) });

describe.each(Object.entries(WRAPPERS))('%s', (_, wrap) => {
  test.each<[string, SessionEngine]>([
    ['five methods', least()],
    ['everything', everything()],
    ['a class over a database', database.engine()],
    ['a class over cookies', inCookies()],
    ['a class in memory', memoryEngine()],
    ['one that is frozen', Object.freeze(everything())],
  ])('has what the engine has, and no more: %s', (__, engine) => {
    const wrapped = wrap(engine);
    for (const member of OPTIONAL) {
      expect([member, typeof wrapped[member], member in wrapped]).toEqual([
        member,
        typeof engine[member],
        member in engine,
      ]);
    }
    expect([wrapped.plain, wrapped.inCookie, wrapped.maxCookies]).toEqual([
      engine.plain,
      engine.inCookie,
      engine.maxCookies,
    ]);
  });

  test('has what else there is, private fields or not, and is of the class', async () => {
    class ShopEngine extends MemoryEngine {
      #name = 'shop';
      closed = false;
      get name() {
        return this.#name;
      }
      onModuleDestroy() {
        this.#name += ', closed';
        this.closed = true;
      }
    }
    const wrapped = wrap(new ShopEngine(() => 0)) as ShopEngine;
    await wrapped.create('{}', 1);
    wrapped.onModuleDestroy();
    expect([wrapped.name, wrapped.closed, wrapped.size]).toEqual(['shop, closed', true, 1]);
    expect(wrapped).toBeInstanceOf(ShopEngine);
    expect('nothing' in wrapped).toBe(false);
  });

  test('hands on what it is given, and answers what it is answered', async () => {
    const given: unknown[][] = [];
    const answers: Record<string, unknown> = {};
    const spy =
      (name: string) =>
      async (...args: unknown[]) => {
        given.push([name, ...args]);
        return (answers[name] = { of: name }) as never;
      };
    const engine: SessionEngine = {
      load: spy('load'),
      exists: spy('exists'),
      create: spy('create'),
      save: spy('save'),
      delete: spy('delete'),
      cycle: spy('cycle'),
      clearExpired: spy('clearExpired'),
      accepts: (key) => key === 'mine',
    };
    const wrapped = wrap(engine);
    const options = { batchSize: 5, now: 6, isExpired: () => true };
    const calls: [keyof typeof answers, Promise<unknown>, unknown[]][] = [
      ['load', wrapped.load('a'), ['a']],
      ['exists', wrapped.exists('a'), ['a']],
      ['create', wrapped.create('{}', 1), ['{}', 1]],
      ['save', wrapped.save('a', '{}', 1, 'state'), ['a', '{}', 1, 'state']],
      ['delete', wrapped.delete('a'), ['a']],
      ['cycle', wrapped.cycle!('a', '{}', 1, 'state'), ['a', '{}', 1, 'state']],
      ['clearExpired', wrapped.clearExpired!(options), [options]],
    ];
    for (const [name, answer, args] of calls) {
      expect(await answer).toBe(answers[name]);
      expect(given).toContainEqual([name, ...args]);
    }
    expect([wrapped.accepts!('mine'), wrapped.accepts!('other')]).toEqual([true, false]);
  });

  describe('around an engine that keeps the contract keeps it', () => {
    for (const { name, run } of sessionEngineCases({ make: (now) => wrap(memoryEngine(now)) })) test(name, run);
    for (const { name, run } of cookieEngineCases({ make: (now) => wrap(inCookies(now)) })) test(name, run);
  });
});

test('one around the other, in both orders', async () => {
  for (const outer of [true, false]) {
    const engine = outer
      ? failingEngine(countingEngine(memoryEngine()))
      : countingEngine(failingEngine(memoryEngine()));
    engine.failNext('load');
    await expect(engine.load('k')).rejects.toThrow('The session store is down.');
    expect(await engine.load('k')).toBeNull();
    expect(engine.size).toBe(0);
    // A call that fails on its way to the store is counted where it was made.
    expect(engine.counts).toEqual({ load: outer ? 1 : 2 });
  }
});
