import { inspect, promisify } from 'node:util';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { SessionUpdateError, SessionValueError } from '../../libs/sessions/src/core/errors.js';
import type { SessionSettings } from '../../libs/sessions/src/core/session-settings.js';
import { type ExpressSession, expressSessionOf } from '../../libs/sessions/src/http/express-session/express-session.js';
import { RESERVED } from '../../libs/sessions/src/http/express-session/view-handler.js';
import { RequestSession, type RequestSettings } from '../../libs/sessions/src/http/request-session.js';
import { resolveSettings } from '../../libs/sessions/src/nest/resolve-settings.js';
import { SECRET } from '../support/application.js';
import { CacheStore } from '../support/cache-store.js';

// What passport does with the session of before, to the letter.
const { default: merge } = (await import('utils-merge' as string)) as {
  default: <A extends object>(a: A, b: object) => A;
};

const NOW = 1_700_000_000;
const FIRST = 'newkey00000000000000000000000001';
const SECOND = 'newkey00000000000000000000000002';
const UNKNOWN = 'unknown'.padEnd(32, '0');

const { request: settingsByDefault } = resolveSettings({ secretKey: SECRET, expressSession: true });

let cache: CacheStore;
beforeEach(() => {
  cache = new CacheStore();
  cache.clock.seconds = NOW;
});

interface Circumstances {
  settings?: Partial<SessionSettings>;
  cookie?: Partial<RequestSettings['cookie']>;
  face?: (error: unknown) => unknown;
}

/** A request whose session is loaded, as the middleware leaves it. */
async function request(key: string | null = null, { settings = {}, cookie: own = {}, face }: Circumstances = {}) {
  const requestSession = new RequestSession(
    cache.store([], settings),
    { ...settingsByDefault, cookie: { ...settingsByDefault.cookie, ...own } },
    key === null ? undefined : `sessionid=${key}`,
  );
  await requestSession.session.prefetch();
  cache.cache.operations.length = 0;
  return {
    requestSession,
    get ours() {
      return requestSession.session;
    },
    /** `request.session`, where it is. */
    get session(): ExpressSession {
      return expressSessionOf(requestSession, face)!;
    },
  };
}

/** A request with a session that is stored already. */
async function requestWith(data: object, circumstances: Circumstances = {}) {
  const { session } = await request();
  Object.assign(session, data);
  await session.save();
  return request(session.id, circumstances);
}

const stored = async () => (await cache.stored()).map(({ key, data }) => ({ key: key.replace(/.*cache/, ''), data }));
const asked = () => cache.cache.operations;
const calledBack = (call: (callback: (error?: unknown) => void) => unknown): Promise<unknown[]> =>
  new Promise((resolve) => call((...args) => resolve(args)));

describe('the data are its members', () => {
  test('to be read and written, and are those of our session', async () => {
    const { session, ours } = await requestWith({ name: 'ann', _auth_user_id: '7' });
    expect(session.name).toBe('ann');
    expect(session['_auth_user_id']).toBe('7');
    session.cart = ['pear'];
    session.cart.push('fig');
    expect(ours.get('cart')).toEqual(['pear', 'fig']);
    ours.set('visits', 1);
    expect(session.visits).toBe(1);
    delete session.name;
    expect({ ...ours.data }).toEqual({ _auth_user_id: '7', cart: ['pear', 'fig'], visits: 1 });
  });

  test('and nothing else is to be seen of it', async () => {
    const { session } = await requestWith({ a: 1, b: { c: 2 } });
    expect(Object.keys(session)).toEqual(['a', 'b']);
    expect(Reflect.ownKeys(session)).toEqual(['a', 'b']);
    const seen: string[] = [];
    for (const name in session) seen.push(name);
    expect(seen).toEqual(['a', 'b']);
    expect({ ...session }).toEqual({ a: 1, b: { c: 2 } });
    expect(Object.entries(session)).toEqual([
      ['a', 1],
      ['b', { c: 2 }],
    ]);
    expect(JSON.stringify(session)).toBe('{"a":1,"b":{"c":2}}');
    expect(merge({ z: 0 }, session)).toEqual({ z: 0, a: 1, b: { c: 2 } });
    expect(Object.assign({}, session)).toEqual({ a: 1, b: { c: 2 } });
    expect(inspect(session)).toBe('{ a: 1, b: { c: 2 } }');
    expect(inspect(session, { showProxy: false, depth: 0 })).toBe('{ a: 1, b: [Object] }');
  });

  test('can be merged into from anywhere, as passport does', async () => {
    const { session } = await requestWith({ a: 1 });
    merge(session, { b: 2 });
    Object.assign(session, { c: 3 });
    expect({ ...session }).toEqual({ a: 1, b: 2, c: 3 });
  });

  test('are there by `in`, hasOwn and hasOwnProperty, with an ordinary descriptor', async () => {
    const { session } = await requestWith({ a: 1 });
    expect('a' in session).toBe(true);
    expect('b' in session).toBe(false);
    expect(Object.hasOwn(session, 'a')).toBe(true);
    expect(session.hasOwnProperty('a')).toBe(true);
    expect(session.hasOwnProperty('b')).toBe(false);
    expect(session.hasOwnProperty('save')).toBe(false);
    expect(Object.getOwnPropertyDescriptor(session, 'a')).toEqual({
      value: 1,
      writable: true,
      enumerable: true,
      configurable: true,
    });
    expect(Object.getOwnPropertyDescriptor(session, 'save')).toBeUndefined();
    expect(session.propertyIsEnumerable('a')).toBe(true);
  });

  test('are checked when they are set', async () => {
    const { session, ours } = await request();
    expect(() => (session.when = new Date())).toThrow(SessionValueError);
    expect(() => (session.n = NaN)).toThrow('session value n is NaN, which JSON has no number for');
    expect(() => (session.f = () => {})).toThrow(SessionValueError);
    expect(() => (session.deep = { list: [undefined] })).toThrow('session value deep.list[0] is undefined');
    expect(ours.size).toBe(0);
  });

  test('are taken back by undefined, as JSON leaves it out', async () => {
    const { session, ours } = await requestWith({ csrfToken: 'x', b: 2 });
    session.csrfToken = undefined;
    session.never = undefined;
    expect('csrfToken' in session).toBe(false);
    expect({ ...ours.data }).toEqual({ b: 2 });
    session.b = null;
    expect(ours.get('b')).toBeNull();
  });

  test('can be defined, as far as they are values', async () => {
    const { session } = await request();
    Object.defineProperty(session, 'a', { value: 1 });
    expect({ ...session }).toEqual({ a: 1 });
    expect(() => Object.defineProperty(session, 'b', { get: () => 1 })).toThrow(TypeError);
    expect(() => Object.defineProperty(session, 'b', { value: 1, writable: false })).toThrow(
      'request.session.b can be no more than a value, which is kept',
    );
    expect(Reflect.defineProperty(session, 'c', { value: 3, enumerable: true })).toBe(true);
    expect(Object.keys(session)).toEqual(['a', 'c']);
  });

  test('cannot be shut off', async () => {
    const { session } = await request();
    expect(() => Object.freeze(session)).toThrow(TypeError);
    expect(() => Object.preventExtensions(session)).toThrow(TypeError);
    expect(() => Object.setPrototypeOf(session, {})).toThrow(TypeError);
    expect(Object.isExtensible(session)).toBe(true);
  });

  test('have texts as their names', async () => {
    const { session } = await request();
    expect(() => ((session as any)[Symbol('mark')] = 1)).toThrow(
      'request.session keeps its data under texts, not symbols',
    );
    expect((session as any)[Symbol('mark')]).toBeUndefined();
    (session as any)[0] = 'zero';
    expect((session as any)['0']).toBe('zero');
  });

  test('an object made from it has members of its own', async () => {
    const { session } = await requestWith({ a: 1 });
    const child = Object.create(session) as Record<string, unknown>;
    child.b = 2;
    expect(child.a).toBe(1);
    expect({ ...child }).toEqual({ b: 2 });
    expect({ ...session }).toEqual({ a: 1 });
  });
});

describe('names that mean something to JavaScript', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'toJSON'];

  test.each(NAMES)('%s is data like any other', async (name) => {
    const { session, ours } = await request();
    session[name] = { polluted: true };
    expect(session[name]).toEqual({ polluted: true });
    expect(Object.keys(session)).toEqual([name]);
    await session.save();
    expect(JSON.stringify((await stored())[0]!.data)).toBe(`{"${name}":{"polluted":true}}`);
    expect(({} as any).polluted).toBeUndefined();
    delete session[name];
    expect(ours.size).toBe(0);
  });

  test('nobody reaches a prototype through it', async () => {
    const { session } = await request();
    expect(session.__proto__).toBeUndefined();
    expect(session.constructor).toBeUndefined();
    expect('constructor' in session).toBe(false);
    const prototype = Object.getPrototypeOf(session) as any;
    expect(() => (prototype.polluted = true)).toThrow(TypeError);
    expect(Object.getPrototypeOf(prototype)).toBeNull();
    expect(session instanceof Object).toBe(false);
  });

  test('it is an object to whoever asks', async () => {
    const { session } = await requestWith({ a: 1 });
    expect(typeof session).toBe('object');
    expect(`${session}`).toBe('[object Object]');
    expect(Object.prototype.toString.call(session)).toBe('[object Object]');
    expect(session.valueOf()).toBe(session);
    expect(await (session as unknown)).toBe(session);
  });
});

describe('what express-session has beside the data', () => {
  test.each(RESERVED)('%s cannot be set, deleted or enumerated', async (name) => {
    const { session } = await requestWith({ a: 1 });
    const sentence = `request.session.${name} is the session's own; keep data under another name than "${name}"`;
    expect(() => Reflect.set(session, name, 1, session)).toThrow(new TypeError(sentence));
    expect(() => Object.defineProperty(session, name, { value: 1 })).toThrow(sentence);
    expect(() => Reflect.deleteProperty(session, name)).toThrow(sentence);
    expect(name in session).toBe(true);
    expect(Object.keys(session)).toEqual(['a']);
  });

  test('data that were put under these names another way stay where they are, out of reach', async () => {
    const { session, ours } = await requestWith({ a: 1 });
    ours.set('id', 'theirs');
    ours.set('cookie', { sweet: true });
    expect(session.id).toBe(FIRST);
    expect(session.cookie.path).toBe('/');
    expect({ ...session }).toEqual({ a: 1 });
    expect(merge(session, session)).toBe(session);
    await session.save();
    expect(await stored()).toEqual([{ key: FIRST, data: { a: 1, id: 'theirs', cookie: { sweet: true } } }]);
  });

  test('its methods are the same each time, and need no `this`', async () => {
    const { session } = await request();
    for (const name of ['regenerate', 'save', 'destroy', 'reload', 'touch', 'resetMaxAge'] as const) {
      expect(session[name]).toBe(session[name]);
    }
    expect(session.cookie).toBe(session.cookie);
    const { save } = session;
    session.a = 1;
    await promisify(save as (callback: (error?: unknown) => void) => void)();
    expect(await stored()).toEqual([{ key: FIRST, data: { a: 1 } }]);
  });

  test('id is the key: null until it is stored, and for a key that the store does not know', async () => {
    const fresh = await request();
    expect(fresh.session.id).toBeNull();
    fresh.session.a = 1;
    expect(fresh.session.id).toBeNull();
    await fresh.session.save();
    expect(fresh.session.id).toBe(FIRST);
    expect((await request(FIRST)).session.id).toBe(FIRST);
    expect((await request(UNKNOWN)).session.id).toBeNull();
  });
});

describe('whether it was used', () => {
  test('is not told by asking for it, and is by using the data', async () => {
    for (const use of [
      (session: ExpressSession) => session.a,
      (session: ExpressSession) => 'a' in session,
      (session: ExpressSession) => Object.keys(session),
      (session: ExpressSession) => session.missing,
      (session: ExpressSession) => delete session.missing,
    ]) {
      const one = await requestWith({ a: 1 });
      expect(one.session).toBeDefined();
      expect(one.session.save).toBeInstanceOf(Function);
      expect(inspect(one.session)).toBe('{ a: 1 }');
      expect(one.requestSession.headers(200)).toEqual({ setCookies: [], vary: false });
      use(one.session);
      expect(one.ours.modified).toBe(false);
      expect(one.requestSession.headers(200)).toEqual({ setCookies: [], vary: true });
    }
  });

  test('the same value once more is no change, another one is, and so is one deep inside', async () => {
    const one = await requestWith({ flash: { info: [] }, n: 1 });
    one.session.flash = one.session.flash || {};
    one.session.n = 1;
    expect(one.ours.modified).toBe(false);
    one.session.flash.info.push('hello');
    expect(one.ours.modified).toBe(true);
    const other = await requestWith({ n: 1 });
    other.session.n = 2;
    expect(other.ours.modified).toBe(true);
  });

  test('it must be loaded before', async () => {
    const { session } = await requestWith({ a: 1 });
    const requestSession = new RequestSession(cache.store([]), settingsByDefault, `sessionid=${session.id}`);
    expect(() => expressSessionOf(requestSession)!.a).toThrow('The session has not been loaded yet');
    expect(inspect(expressSessionOf(requestSession))).toBe('{}');
  });
});

describe('one view for one session', () => {
  test('is the same whenever it is asked for', async () => {
    const one = await request();
    expect(expressSessionOf(one.requestSession)).toBe(one.session);
  });

  test('another session in the place of the request’s own has a view of its own', async () => {
    const one = await requestWith({ a: 1 });
    const before = one.session;
    one.requestSession.session = (await requestWith({ b: 2 })).ours;
    expect({ ...one.session }).toEqual({ b: 2 });
    expect({ ...before }).toEqual({ a: 1 });
  });
});

describe('callbacks and promises', () => {
  test.each(['save', 'regenerate', 'destroy', 'reload'] as const)(
    '%s: a callback is called once, later, with nothing, and the session is answered',
    async (method) => {
      const { session } = await requestWith({ a: 1 });
      const calls: unknown[][] = [];
      expect(session[method]((...args: unknown[]) => calls.push(args))).toBe(session);
      expect(calls).toEqual([]);
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      expect(calls).toEqual([[]]);
    },
  );

  test.each(['save', 'regenerate', 'destroy', 'reload'] as const)('%s: without one, a promise', async (method) => {
    const { session } = await requestWith({ a: 1 });
    const promise = session[method]();
    expect(promise).toBeInstanceOf(Promise);
    expect(await promise).toBeUndefined();
  });

  test.each(['save', 'regenerate', 'destroy', 'reload'] as const)(
    '%s: a failure is the first argument, or the reason, in the words of the caller',
    async (method) => {
      const one = await requestWith({ a: 1 }, { face: (error) => new Error('seen', { cause: error }) });
      one.session.b = 2;
      cache.cache.broken = true;
      const [error] = (await calledBack((callback) => one.session[method](callback))) as [Error];
      expect(error.message).toBe('seen');
      expect(error.cause).toMatchObject({ code: 'SESSION_STORE' });
      await one.ours.load().catch(() => {});
      cache.cache.broken = false;
      const other = await requestWith({ a: 1 });
      cache.cache.broken = true;
      await expect(other.session[method]()).rejects.toMatchObject({ code: 'SESSION_STORE' });
    },
  );

  test('a failure that nobody waits for does not end the process', async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listen);
    const { session } = await requestWith({ a: 1 });
    cache.cache.broken = true;
    void session.save();
    session.save(() => {});
    void session.destroy();
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  });

  test('what a callback throws is not swallowed, and is not its second call', async () => {
    // The runner takes uncaught exceptions for itself, so that the call is made here.
    const { session } = await requestWith({ a: 1 });
    const scheduled: (() => void)[] = [];
    const { nextTick } = process;
    let calls = 0;
    process.nextTick = ((callback: (...args: unknown[]) => void, ...args: unknown[]) => {
      scheduled.push(() => callback(...args));
    }) as typeof nextTick;
    try {
      session.save(() => {
        calls++;
        throw new Error('of the callback');
      });
      while (scheduled.length === 0) await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.nextTick = nextTick;
    }
    expect(() => scheduled.forEach((call) => call())).toThrow('of the callback');
    expect(calls).toBe(1);
  });

  test('null is no callback, and what is no function is refused', async () => {
    const { session } = await request();
    expect(await (session.save as (callback: null) => Promise<void>)(null)).toBeUndefined();
    expect(() => (session.save as (callback: string) => void)('now')).toThrow('a callback must be a function');
  });

  test('a callback keeps its asynchronous context', async () => {
    const { AsyncLocalStorage } = await import('node:async_hooks');
    const storage = new AsyncLocalStorage<string>();
    const { session } = await requestWith({ a: 1 });
    const found = await storage.run(
      'mine',
      () => new Promise((resolve) => session.save(() => resolve(storage.getStore()))),
    );
    expect(found).toBe('mine');
  });
});

describe('save', () => {
  test('stores at once, under a new key', async () => {
    const { session, requestSession } = await request();
    session.a = 1;
    await session.save();
    expect(await stored()).toEqual([{ key: FIRST, data: { a: 1 } }]);
    expect(asked()).toEqual(['add']);
    const { setCookies } = await requestSession.end(200);
    expect(asked()).toEqual(['add']);
    expect(setCookies).toEqual([expect.stringContaining(`sessionid=${FIRST};`)]);
  });

  test('a session that holds nothing is not stored', async () => {
    const { session, requestSession } = await request();
    await session.save();
    expect(await requestSession.end(200)).toEqual({ setCookies: [], vary: true });
    expect(asked()).toEqual([]);
  });

  test('nor is one whose key the store does not know; the cookie goes', async () => {
    const { session, requestSession } = await request(UNKNOWN);
    await session.save();
    expect(asked()).toEqual([]);
    expect((await requestSession.end(200)).setCookies).toEqual([expect.stringMatching(/^sessionid=""; .*Max-Age=0/)]);
  });

  test('one that has become empty stays stored', async () => {
    const { session } = await requestWith({ a: 1 });
    delete session.a;
    await session.save();
    expect(await stored()).toEqual([{ key: FIRST, data: {} }]);
  });

  test('a session that another request has ended is not brought back', async () => {
    const one = await requestWith({ a: 1 });
    const other = await request(FIRST);
    await other.session.destroy();
    one.session.b = 2;
    expect(await calledBack((callback) => one.session.save(callback))).toEqual([expect.any(SessionUpdateError)]);
    expect(await stored()).toEqual([]);
  });

  test('what two requests have set is all kept', async () => {
    const one = await requestWith({ a: 1 });
    const other = await request(FIRST);
    one.session.b = 2;
    other.session.c = 3;
    await Promise.all([one.session.save(), other.session.save()]);
    expect(await stored()).toEqual([{ key: FIRST, data: { a: 1, b: 2, c: 3 } }]);
  });
});

describe('regenerate', () => {
  test('the old session is gone, and the new one has no key until it is saved', async () => {
    const one = await requestWith({ a: 1 });
    await one.session.regenerate();
    expect(await stored()).toEqual([]);
    expect({ ...one.session }).toEqual({});
    expect(one.session.id).toBeNull();
    one.session.b = 2;
    await one.session.save();
    expect(await stored()).toEqual([{ key: SECOND, data: { b: 2 } }]);
    expect(asked().filter((operation) => operation !== 'get')).toEqual(['delete', 'add']);
    expect((await one.requestSession.end(200)).setCookies).toEqual([expect.stringContaining(`sessionid=${SECOND};`)]);
  });

  test('is the session of the request all the same: ours goes on', async () => {
    const one = await requestWith({ a: 1 });
    const { ours } = one;
    await one.session.regenerate();
    one.session.b = 2;
    expect(one.ours).toBe(ours);
    expect(ours.get('b')).toBe(2);
    await one.session.save();
    expect(ours.sessionKey).toBe(SECOND);
  });

  test('the view of before is another object, and keeps showing the old data', async () => {
    const one = await requestWith({ a: 1, list: [1] });
    const before = one.session;
    let inside: ExpressSession | undefined;
    await calledBack((callback) =>
      before.regenerate((error) => {
        inside = one.session;
        callback(error);
      }),
    );
    expect(inside).not.toBe(before);
    expect(one.session).toBe(inside);
    expect({ ...before }).toEqual({ a: 1, list: [1] });
    expect(before.id).toBe(FIRST);
    merge(one.session, before);
    expect({ ...one.session }).toEqual({ a: 1, list: [1] });
    await one.session.save();
    expect(await stored()).toEqual([{ key: SECOND, data: { a: 1, list: [1] } }]);
  });

  test('what is written to the view of before is nobody else’s', async () => {
    const one = await requestWith({ a: 1 });
    const before = one.session;
    await before.regenerate();
    before.b = 2;
    delete before.a;
    before.cookie.maxAge = 60_000;
    before.touch();
    expect({ ...before }).toEqual({ b: 2, _session_expiry: 60 });
    expect({ ...one.session }).toEqual({});
    const sentence = /^This session was ended by regenerate\(\) or destroy\(\)/;
    for (const method of ['save', 'regenerate', 'reload'] as const) {
      await expect(before[method]()).rejects.toThrow(sentence);
    }
    await before.destroy();
    expect(one.session).toBeDefined();
    expect(await stored()).toEqual([]);
  });

  test('an expiry of its own goes with the data, and not without them', async () => {
    const one = await requestWith({ a: 1 });
    one.session.cookie.maxAge = 60_000;
    const before = one.session;
    await before.regenerate();
    expect(one.session.cookie.maxAge).toBe(1_209_600_000);
    merge(one.session, before);
    expect(one.session.cookie.maxAge).toBe(60_000);
  });

  test('of a session that is not stored asks no store, and neither does one of an unknown key', async () => {
    const fresh = await request();
    fresh.session.a = 1;
    await fresh.session.regenerate();
    expect({ ...fresh.session }).toEqual({});
    const unknown = await request(UNKNOWN);
    await unknown.session.regenerate();
    expect(asked()).toEqual([]);
  });

  test('that fails leaves everything as it was', async () => {
    const one = await requestWith({ a: 1 });
    const before = one.session;
    cache.cache.broken = true;
    await expect(before.regenerate()).rejects.toMatchObject({ code: 'SESSION_STORE' });
    cache.cache.broken = false;
    expect(one.session).toBe(before);
    expect({ ...one.session }).toEqual({ a: 1 });
    before.b = 2;
    await before.save();
    expect(await stored()).toEqual([{ key: FIRST, data: { a: 1, b: 2 } }]);
  });
});

describe('destroy', () => {
  test('deletes the session, and there is none from the call on', async () => {
    const one = await requestWith({ a: 1 });
    const before = one.session;
    const done = before.destroy();
    expect(expressSessionOf(one.requestSession)).toBeUndefined();
    await done;
    expect(expressSessionOf(one.requestSession)).toBeUndefined();
    expect(await stored()).toEqual([]);
    expect({ ...before }).toEqual({ a: 1 });
    expect((await one.requestSession.end(200)).setCookies).toEqual([
      expect.stringMatching(/^sessionid=""; .*Max-Age=0/),
    ]);
  });

  test('that fails once and then does not is done', async () => {
    const one = await requestWith({ a: 1 });
    const { session } = one;
    let failures = 0;
    cache.cache.broken = () => failures++ === 0;
    const [first, second] = await Promise.allSettled([session.destroy(), session.destroy()]);
    cache.cache.broken = false;
    expect([first!.status, second!.status]).toEqual(['rejected', 'fulfilled']);
    expect(expressSessionOf(one.requestSession)).toBeUndefined();
    expect(await stored()).toEqual([]);
  });

  test('a callback that is none changes nothing', async () => {
    const one = await requestWith({ a: 1 });
    expect(() => (one.session.destroy as (callback: string) => void)('now')).toThrow(TypeError);
    expect({ ...one.session }).toEqual({ a: 1 });
    expect(asked()).toEqual([]);
  });

  test('is done once', async () => {
    const one = await requestWith({ a: 1 });
    const { session } = one;
    await Promise.all([session.destroy(), session.destroy()]);
    expect(asked()).toEqual(['delete']);
  });

  test('that fails gives the session back', async () => {
    const one = await requestWith({ a: 1 });
    const before = one.session;
    cache.cache.broken = true;
    await expect(before.destroy()).rejects.toMatchObject({ code: 'SESSION_STORE' });
    cache.cache.broken = false;
    expect(one.session).toBe(before);
    expect({ ...before }).toEqual({ a: 1 });
    expect((await one.requestSession.end(200)).setCookies).toEqual([]);
    await before.destroy();
    expect(await stored()).toEqual([]);
  });

  test('another session put in its place is there again', async () => {
    const one = await requestWith({ a: 1 });
    await one.session.destroy();
    one.requestSession.session = (await requestWith({ b: 2 })).ours;
    expect({ ...one.session }).toEqual({ b: 2 });
  });
});

describe('reload', () => {
  test('drops what was not saved, and shows what is stored now', async () => {
    const one = await requestWith({ a: 1, list: [1] });
    const other = await request(FIRST);
    other.session.b = 2;
    await other.session.save();
    one.session.a = 5;
    one.session.list.push(2);
    await one.session.reload();
    expect({ ...one.session }).toEqual({ a: 1, list: [1], b: 2 });
    expect(one.ours.modified).toBe(false);
    one.session.c = 3;
    await one.session.save();
    expect((await stored())[0]!.data).toEqual({ a: 1, list: [1], b: 2, c: 3 });
  });

  test('of a session that is gone fails, and it stays gone', async () => {
    const one = await requestWith({ a: 1 });
    await (await request(FIRST)).session.destroy();
    one.session.b = 2;
    await expect(one.session.reload()).rejects.toThrow('failed to load session');
    expect({ ...one.session }).toEqual({});
    expect((await one.requestSession.end(200)).setCookies).toEqual([
      expect.stringMatching(/^sessionid=""; .*Max-Age=0/),
    ]);
    expect(await stored()).toEqual([]);
  });

  test('of one that was never stored fails, and drops nothing', async () => {
    const { session } = await request();
    session.a = 1;
    expect(await calledBack((callback) => session.reload(callback))).toEqual([new Error('failed to load session')]);
    expect({ ...session }).toEqual({ a: 1 });
  });
});

describe('one thing after another', () => {
  test('a session that is saved while it is ended is not brought back', async () => {
    const one = await requestWith({ a: 1 });
    one.session.b = 2;
    const { session } = one;
    const saved = session.save();
    const ended = session.destroy();
    const late = session.save();
    await Promise.all([saved, ended]);
    await expect(late).rejects.toThrow('This session was ended');
    expect(await stored()).toEqual([]);
  });

  test('what is set while a new one is begun belongs to the old one', async () => {
    const one = await requestWith({ a: 1 });
    const before = one.session;
    const begun = before.regenerate();
    before.b = 2;
    await begun;
    expect({ ...before }).toEqual({ a: 1, b: 2 });
    expect({ ...one.session }).toEqual({});
  });
});

describe('touch and resetMaxAge', () => {
  test.each(['touch', 'resetMaxAge'] as const)(
    '%s has a stored session saved and its cookie renewed',
    async (method) => {
      const one = await requestWith({ a: 1 });
      expect(one.session[method]()).toBe(one.session);
      cache.clock.seconds += 100;
      const { setCookies } = await one.requestSession.end(200);
      expect(setCookies).toEqual([expect.stringContaining('Max-Age=1209600')]);
      expect((await cache.stored())[0]!.ttl).toBe(1_209_600);
    },
  );

  test.each([null, UNKNOWN])('nothing is stored of a session that holds nothing (key: %s)', async (key) => {
    const one = await request(key);
    one.session.touch();
    await one.requestSession.end(200);
    expect(asked()).toEqual([]);
    expect(await stored()).toEqual([]);
  });
});

describe('cookie', () => {
  const TWO_WEEKS = 1_209_600_000;

  test('says how long the session lasts, by the settings', async () => {
    const { cookie: own } = (await requestWith({ a: 1 })).session;
    expect(own.maxAge).toBe(TWO_WEEKS);
    expect(own.originalMaxAge).toBe(TWO_WEEKS);
    expect(own.expires).toEqual(new Date(NOW * 1000 + TWO_WEEKS));
    const { cookie: brief } = (await request(null, { settings: { expireAtBrowserClose: true } })).session;
    expect([brief.maxAge, brief.originalMaxAge, brief.expires]).toEqual([null, null, null]);
  });

  test('maxAge is milliseconds after each save', async () => {
    const one = await requestWith({ a: 1 });
    one.session.cookie.maxAge = 3_600_000;
    expect(one.ours.get('_session_expiry')).toBe(3600);
    expect(one.session.cookie.maxAge).toBe(3_600_000);
    expect(one.session.cookie.expires).toEqual(new Date((NOW + 3600) * 1000));
    expect((await one.requestSession.end(200)).setCookies).toEqual([expect.stringContaining('Max-Age=3600')]);
    expect((await cache.stored())[0]!.ttl).toBe(3600);
  });

  test('maxAge of less than a second does not become the end of the browser', async () => {
    const one = await requestWith({ a: 1 });
    one.session.cookie.maxAge = 1;
    expect(one.ours.get('_session_expiry')).toBe(1);
    expect(one.session.cookie.maxAge).toBe(1000);
  });

  test.each([0, -1, -5000])('maxAge %d has the session expire', async (age) => {
    const one = await requestWith({ a: 1 });
    one.session.cookie.maxAge = age;
    expect(one.session.cookie.maxAge).toBeLessThan(0);
    const { setCookies } = await one.requestSession.end(200);
    expect(Date.parse(/expires=([^;]+)/.exec(setCookies[0]!)![1]!)).toBeLessThan(NOW * 1000);
    expect(await stored()).toEqual([]);
  });

  test.each([
    ['maxAge', null],
    ['maxAge', false],
    ['maxAge', undefined],
    ['expires', null],
    ['expires', false],
    ['expires', undefined],
    ['originalMaxAge', null],
  ] as const)('%s = %s: until the browser closes', async (name, value) => {
    const one = await requestWith({ a: 1 });
    Reflect.set(one.session.cookie, name, value);
    expect(one.ours.getExpireAtBrowserClose()).toBe(true);
    expect([one.session.cookie.maxAge, one.session.cookie.expires]).toEqual([null, null]);
    const { setCookies } = await one.requestSession.end(200);
    expect(setCookies[0]).not.toMatch(/max-age|expires/i);
  });

  test('expires is an instant', async () => {
    const one = await requestWith({ a: 1 });
    const end = new Date(NOW * 1000 + 90_500);
    one.session.cookie.expires = end;
    expect(one.session.cookie.expires).toEqual(end);
    expect(one.session.cookie.maxAge).toBe(90_500);
    await one.requestSession.end(200);
    cache.clock.seconds += 60;
    const later = await request(FIRST);
    later.session.touch();
    await later.requestSession.end(200);
    expect(later.session.cookie.expires).toEqual(end);
    expect(later.session.cookie.maxAge).toBe(30_500);
    one.session.cookie.maxAge = new Date(NOW * 1000 + 100_000);
    expect(one.session.cookie.expires).toEqual(new Date(NOW * 1000 + 100_000));
  });

  test('what is neither is refused', async () => {
    const { session } = await requestWith({ a: 1 });
    for (const age of ['1 day', NaN, Infinity, {}]) {
      expect(() => Reflect.set(session.cookie, 'maxAge', age)).toThrow(
        new TypeError('request.session.cookie.maxAge must be a number of milliseconds, or null'),
      );
    }
    for (const end of ['tomorrow', 5, 0, new Date(NaN)]) {
      expect(() => Reflect.set(session.cookie, 'expires', end)).toThrow(
        new TypeError('request.session.cookie.expires must be a valid Date, or null'),
      );
    }
    expect({ ...session }).toEqual({ a: 1 });
  });

  test.each([null, UNKNOWN])('of a session that holds nothing is no reason to store one (key: %s)', async (key) => {
    const one = await request(key);
    one.session.cookie.maxAge = 60_000;
    one.session.cookie.expires = new Date((NOW + 120) * 1000);
    one.session.cookie.maxAge = 3_600_000;
    expect(one.session.cookie.maxAge).toBe(3_600_000);
    expect(one.session.cookie.expires).toEqual(new Date((NOW + 3600) * 1000));
    await one.session.save();
    await one.requestSession.end(200);
    expect(asked()).toEqual([]);
    one.session.a = 1;
    expect({ ...one.session }).toEqual({ a: 1, _session_expiry: 3600 });
  });

  test('until the browser closes, said before there are data, counts when there are', async () => {
    const one = await request();
    one.session.cookie.expires = null;
    expect(one.session.cookie.maxAge).toBeNull();
    one.session.a = 1;
    expect(one.ours.getExpireAtBrowserClose()).toBe(true);
  });

  test('never shows more than absoluteAge leaves', async () => {
    const circumstances = { settings: { absoluteAge: 1000 } };
    const first = await request(null, circumstances);
    first.session.a = 1;
    await first.session.save();
    cache.clock.seconds += 400;
    expect((await request(FIRST, circumstances)).session.cookie.maxAge).toBe(600_000);
  });

  test('how it looks is read from the settings, in express-session’s words', async () => {
    const { session } = await request();
    expect(JSON.parse(JSON.stringify(session.cookie))).toEqual({
      originalMaxAge: TWO_WEEKS,
      expires: new Date(NOW * 1000 + TWO_WEEKS).toISOString(),
      path: '/',
      httpOnly: true,
      secure: false,
      sameSite: 'lax',
      partitioned: false,
    });
    const { session: other } = await request(null, {
      cookie: {
        domain: 'example.org',
        path: '/shop',
        secure: true,
        httpOnly: false,
        sameSite: null,
        partitioned: true,
        priority: 'High',
      },
    });
    expect(other.cookie).toMatchObject({
      domain: 'example.org',
      path: '/shop',
      secure: true,
      httpOnly: false,
      sameSite: false,
      partitioned: true,
      priority: 'high',
    });
  });

  test.each([
    ['path', 'cookiePath'],
    ['domain', 'cookieDomain'],
    ['httpOnly', 'cookieHttpOnly'],
    ['secure', 'cookieSecure'],
    ['sameSite', 'cookieSameSite'],
    ['partitioned', 'cookiePartitioned'],
    ['priority', 'cookiePriority'],
  ])('%s is set by the option %s', async (name, option) => {
    const { session } = await request();
    expect(() => Reflect.set(session.cookie, name, 'x')).toThrow(
      new TypeError(
        `request.session.cookie.${name} is the same for every session: set ${option} of SessionsModule.forRoot instead`,
      ),
    );
    expect(() => {
      (session.cookie as any).colour = 'brown';
    }).toThrow(TypeError);
  });
});
