import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  SessionConflictError,
  SessionKeyError,
  SessionNotLoadedError,
  SessionStoreError,
  SessionUpdateError,
  SessionValueError,
} from '../../libs/sessions/src/core/errors.js';
import { inBytes } from '../../libs/sessions/src/core/serializer.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import type { SessionEngine } from '../../libs/sessions/src/core/session-engine.js';
import type { SessionStore } from '../../libs/sessions/src/core/session-store.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import type { SessionSettings } from '../../libs/sessions/src/core/session-settings.js';
import { CacheStore } from '../support/cache-store.js';
import { DatabaseStore } from '../support/database-store.js';
import { storeOn } from '../support/store-under-test.js';

const SECRET = 'a secret that is long enough for us';
let embedded: DatabaseStore;
beforeAll(async () => {
  embedded = await DatabaseStore.open();
});
beforeEach(async () => {
  await embedded.wipe();
  embedded.clock.seconds = 1_700_000_000;
});
afterAll(() => embedded.close());

const store = (settings: Partial<SessionSettings> = {}) => embedded.store([SECRET], settings);
const fresh = (settings?: Partial<SessionSettings>) => new Session<any>(store(settings));
const reopen = (session: Session<any>, settings?: Partial<SessionSettings>) =>
  new Session<any>(store(settings), session.sessionKey).load();
async function stored(data: Record<string, unknown>, settings?: Partial<SessionSettings>): Promise<Session<any>> {
  const session = fresh(settings);
  session.update(data);
  await session.save();
  return reopen(session, settings);
}
async function payload(): Promise<string> {
  const [row] = await embedded.rows();
  return (new SessionCodec([SECRET]).decode(row!.session_data) as { payload: string }).payload;
}

describe('a session that is not loaded', () => {
  test('answers no question about its data, and says what to do', async () => {
    const { sessionKey } = await stored({ a: 1 });
    const session = new Session<any>(store(), sessionKey);
    const uses: (() => unknown)[] = [
      () => session.get('a'),
      () => session.set('a', 2),
      () => session.has('a'),
      () => session.data,
      () => session.size,
      () => session.keys(),
      () => [...session],
      () => JSON.stringify(session),
      () => session.setExpiry(1),
    ];
    for (const use of uses) expect(use).toThrow(SessionNotLoadedError);
    expect(() => session.get('a')).toThrow(/@Session\(\).*await sessions\.from\(request\).*await session\.load\(\)/s);
  });

  test('without a key there is nothing to load', () => {
    expect(fresh().get('a')).toBeUndefined();
    expect(fresh().isLoaded).toBe(true);
  });

  test('two loads at once ask the store once', async () => {
    const { sessionKey } = await stored({ a: 1 });
    const session = new Session<any>(store(), sessionKey);
    await Promise.all([session.load(), session.load(), session.prefetch()]);
    expect(session.get('a')).toBe(1);
  });
});

describe('data as a plain object', () => {
  test('reads, writes and deletes', async () => {
    const session = await stored({ a: 1, b: 2 });
    session.data.c = 3;
    delete session.data.a;
    expect('a' in session.data).toBe(false);
    expect({ ...session.data }).toEqual({ b: 2, c: 3 });
    expect(session.modified).toBe(true);
    await session.save();
    expect(await payload()).toBe('{"b":2,"c":3}');
  });

  test('a nested change marks the session modified; a look does not', async () => {
    const session = await stored({ cart: { items: [{ id: 1 }] } });
    expect(session.data.cart.items[0].id).toBe(1);
    expect(session.modified).toBe(false);
    session.data.cart.items.push({ id: 2 });
    expect(session.modified).toBe(true);
    session.data.cart.items.pop();
    expect(session.modified).toBe(false);
  });

  test('what others wrote with blanks or in another order is not a change', async () => {
    const session = await stored({ a: 1 });
    const text = new SessionCodec([SECRET]).encode('{ "b" : [1,  2], "10": 1, "2": 1.0 }', 0);
    await embedded.dataSource.query('UPDATE django_session SET session_data = ?', [text]);
    const again = await reopen(session);
    expect(again.get('b')).toEqual([1, 2]);
    expect(again.modified).toBe(false);
  });

  test('counts, iterates and becomes JSON', async () => {
    const session = await stored({ a: 1, b: [2] });
    expect(session.size).toBe(2);
    expect([...session]).toEqual([
      ['a', 1],
      ['b', [2]],
    ]);
    expect(JSON.stringify(session)).toBe('{"a":1,"b":[2]}');
  });

  test.each(['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString'])(
    'the key %s is ordinary data and reaches no prototype',
    async (key) => {
      const session = fresh();
      expect(session.has(key)).toBe(false);
      expect(session.get(key)).toBeUndefined();
      session.set(key, { polluted: true });
      expect(({} as any).polluted).toBeUndefined();
      await session.save();
      const again = await reopen(session);
      expect(again.get(key)).toEqual({ polluted: true });
      expect(Object.getPrototypeOf(again.data)).toBeNull();
      expect(({} as any).polluted).toBeUndefined();
      again.delete(key);
      expect(again.has(key)).toBe(false);
    },
  );
});

describe('values that JSON would drop or bend are refused when they are set', () => {
  class Cart {}
  const loop: any = { inner: {} };
  loop.inner.loop = loop;
  const holes = [1, 2];
  delete holes[0];
  test.each<[string, unknown, RegExp]>([
    ['a function', () => {}, /^session value cart is a function/],
    ['undefined', undefined, /^session value cart is undefined/],
    ['a BigInt', { n: [1n] }, /^session value cart\.n\[0\] is a BigInt.*string/],
    ['NaN', [Number.NaN], /^session value cart\[0\] is NaN/],
    ['Infinity', { a: Infinity }, /^session value cart\.a is Infinity/],
    ['a Date', { at: new Date(0) }, /^session value cart\.at is a Date.*toISOString/],
    ['a Map', new Map(), /^session value cart is a Map.*Object\.fromEntries/],
    ['a Set', [new Set()], /^session value cart\[0\] is a Set/],
    ['a class instance', { 'odd name': new Cart() }, /^session value cart\["odd name"\] is a Cart/],
    ['a cycle', loop, /^session value cart\.inner\.loop contains itself/],
    ['undefined in an array', [1, undefined], /^session value cart\[1\] is undefined/],
    ['a hole in an array', holes, /^session value cart\[0\] is undefined/],
    ['a symbol', Symbol('x'), /^session value cart is a symbol/],
    ['toJSON', { toJSON: () => 1 }, /toJSON/],
    ['a Buffer', Buffer.from('x'), /^session value cart is a Buffer/],
  ])('%s', (_, value, message) => {
    const session = fresh();
    session.set('cart', 'before');
    expect(() => session.set('cart', value)).toThrow(message);
    expect(() => session.set('cart', value)).toThrow(SessionValueError);
    expect(() => session.update({ other: 1, cart: value })).toThrow(SessionValueError);
    expect(() => session.setDefault('new', value)).toThrow(SessionValueError);
    expect({ ...session.data }).toEqual({ cart: 'before' });
  });

  test('deep inside, they are refused at the next save, which writes nothing', async () => {
    const session = await stored({ cart: { items: [1] } });
    session.data.cart.items.push(new Date(0));
    await expect(session.save()).rejects.toThrow(/^session value cart\.items\[1\] is a Date/);
    expect(await payload()).toBe('{"cart":{"items":[1]}}');
  });

  test('a serializer without an opinion takes what it can carry', async () => {
    const serializer = {
      dumps: (data: object) => JSON.stringify(data, (_, value) => (typeof value === 'bigint' ? `n:${value}é` : value)),
      loads: (text: string) =>
        JSON.parse(text, (_, value) =>
          typeof value === 'string' && value.startsWith('n:') ? BigInt(value.slice(2, -1)) : value,
        ),
    };
    const session = await stored({ big: 10n ** 30n, text: 'é東' }, { serializer: inBytes(serializer) });
    expect(session.get('big')).toBe(10n ** 30n);
    expect(session.get('text')).toBe('é東');
  });
});

describe('numbers that are only carried go back as they came', () => {
  const TEXT =
    '{"big":12345678901234567890,"f":1.0,"in":{"ids":[9007199254740993,2],"x":1e+16},"nan":NaN,"list":[-0.0,1.50]}';

  test.each<[string, (session: Session<any>) => void, string]>([
    ['beside a new key', (s) => s.set('n', 1), TEXT.replace(/\}$/, ',"n":1}')],
    ['beside a change in the same object', (s) => (s.data.in.x = 2), TEXT.replace('1e+16', '2')],
    ['beside a new element of the same array', (s) => s.data.in.ids.push(3), TEXT.replace('993,2]', '993,2,3]')],
    [
      'in an object that moved',
      (s) => s.set('moved', s.pop('in')),
      TEXT.replace(/"in":(\{[^}]*\}),(.*)\}$/, '$2,"moved":$1}'),
    ],
    ['except the one that was changed', (s) => s.set('big', 5), TEXT.replace('12345678901234567890', '5')],
  ])('%s', async (_, change, expected) => {
    const { sessionKey } = await stored({ a: 1 });
    await embedded.dataSource.query('UPDATE django_session SET session_data = ?', [
      new SessionCodec([SECRET]).encode(TEXT, 0),
    ]);
    const session = await new Session<any>(store(), sessionKey).load();
    change(session);
    await session.save();
    expect(await payload()).toBe(expected);
  });

  test('members keep the order they came in, at any depth', async () => {
    const text = '{"cart":{"42":1,"7":2,"__proto__":{"9":1.0,"1":[{"3":0,"2":0}]}},"b":1,"1":2,"a":0}';
    const { sessionKey } = await stored({ a: 1 });
    await embedded.dataSource.query('UPDATE django_session SET session_data = ?', [
      new SessionCodec([SECRET]).encode(text, 0),
    ]);
    const session = await new Session<any>(store(), sessionKey).load();
    expect(session.get('cart')['42']).toBe(1);
    expect(({} as any)['9']).toBeUndefined();
    expect(session.modified).toBe(false);
    session.data.cart['5'] = 3;
    session.set('z', 1);
    await session.save();
    expect(await payload()).toBe(text.replace('}},"b"', '},"5":3},"b"').replace('"a":0', '"a":0,"z":1'));
  });

  test('a text that looks like a number is none', async () => {
    const session = await stored({ a: '12345678901234567890', '1': '1.0', b: 'NaN' });
    session.set('c', 1);
    await session.save();
    expect(JSON.parse(await payload())).toEqual({ a: '12345678901234567890', '1': '1.0', b: 'NaN', c: 1 });
  });
});

describe('two requests that change one session', () => {
  test('keep both changes, key by key, deletions included', async () => {
    const first = await stored({ a: 1, b: 1, c: 1 });
    const second = await reopen(first);
    first.set('a', 2);
    first.delete('b');
    second.set('c', 3);
    second.set('d', 4);
    await first.save();
    await second.save();
    expect(JSON.parse(await payload())).toEqual({ a: 2, c: 3, d: 4 });
    expect({ ...second.data }).toEqual({ a: 2, c: 3, d: 4 });
  });

  test('nested changes count as a change of their top-level key; arrays are not joined', async () => {
    const first = await stored({ cart: [1], other: {} });
    const second = await reopen(first);
    first.data.cart.push(2);
    second.data.cart.push(3);
    second.data.other.x = 1;
    await first.save();
    await second.save();
    expect(JSON.parse(await payload())).toEqual({ cart: [1, 3], other: { x: 1 } });
  });

  test('clear() wins over what was written before it was saved', async () => {
    const first = await stored({ a: 1 });
    const second = await reopen(first);
    first.set('b', 1);
    second.clear();
    second.set('c', 1);
    await first.save();
    await second.save();
    expect(await payload()).toBe('{"c":1}');
  });

  test('who is logged in is never put together from two requests', async () => {
    const first = await stored({ a: 1 });
    const second = await reopen(first);
    first.update({ _auth_user_id: '1' });
    second.update({ _auth_user_id: '2' });
    await first.save();
    await expect(second.save()).rejects.toThrow(SessionConflictError);
    expect(JSON.parse(await payload())).toEqual({ a: 1, _auth_user_id: '1' });
  });

  test('many at once lose nothing', async () => {
    const base = await stored({ a: 1 });
    await Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        const session = await reopen(base);
        session.set(`key${n}`, n);
        await session.save();
      }),
    );
    expect(Object.keys(JSON.parse(await payload()))).toHaveLength(31);
  });

  test('with "overwrite" the last writer wins, as in Django', async () => {
    const first = await stored({ a: 1 }, { concurrency: 'overwrite' });
    const second = await reopen(first, { concurrency: 'overwrite' });
    first.set('b', 1);
    second.set('c', 1);
    await first.save();
    await second.save();
    expect(JSON.parse(await payload())).toEqual({ a: 1, c: 1 });
  });
});

describe('gone is gone', () => {
  test('a slow writer does not bring a deleted session back', async () => {
    const slow = await stored({ a: 1 });
    await (await reopen(slow)).flush();
    slow.set('a', 2);
    await expect(slow.save()).rejects.toThrow(SessionUpdateError);
    await expect(slow.cycleKey()).rejects.toThrow(SessionUpdateError);
    expect(await embedded.rows()).toEqual([]);
  });

  test('of two cycles at once one wins, and one key is alive', async () => {
    const first = await stored({ a: 1 });
    const second = await reopen(first);
    await first.cycleKey();
    await expect(second.cycleKey()).rejects.toThrow(SessionUpdateError);
    expect(await embedded.rows()).toHaveLength(1);
  });
});

describe('reload', () => {
  const cached = new CacheStore();
  const open = (key: string | null = null) => new Session<any>(cached.store([]), key);
  beforeEach(() => cached.wipe());

  async function kept(data: Record<string, unknown>): Promise<Session<any>> {
    const session = open();
    session.update(data);
    await session.save();
    return open(session.sessionKey).load();
  }
  async function elsewhere(key: string | null, change: (session: Session<any>) => void): Promise<void> {
    const other = await open(key).load();
    change(other);
    await other.save();
  }
  /** Lets the first operation of this name wait until it is let go; tells when it has come. */
  function hold(operation: string): { come: Promise<void>; letGo: () => void } {
    let letGo = () => {};
    const come = new Promise<void>((arrived) => {
      cached.cache.before = (name) => {
        if (name !== operation) return;
        cached.cache.before = () => {};
        arrived();
        return new Promise<void>((go) => (letGo = go));
      };
    });
    return { come, letGo: () => letGo() };
  }

  test('drops what was not saved, nested changes included, and shows what others have saved since', async () => {
    const session = await kept({ cart: { items: [1] }, a: 1 });
    session.data.cart.items.push(2);
    session.set('b', 1);
    await elsewhere(session.sessionKey, (other) => other.set('a', 2));
    const key = session.sessionKey;
    session.accessed = false;
    expect(await session.reload()).toBe(session);
    expect({ ...session.data }).toEqual({ cart: { items: [1] }, a: 2 });
    expect(session).toMatchObject({ accessed: true, modified: false, sessionKey: key, keyChanged: false });
  });

  test('what is changed afterwards is saved on what was loaded', async () => {
    const session = await kept({ a: 1 });
    session.set('lost', true);
    await elsewhere(session.sessionKey, (other) => other.set('b', 2));
    await session.reload();
    session.set('c', 3);
    await session.save();
    expect((await cached.stored())[0]!.data).toEqual({ a: 1, b: 2, c: 3 });
  });

  test('undoes a clear that was not saved', async () => {
    const session = await kept({ a: 1 });
    session.clear();
    await session.reload();
    expect({ ...session.data }).toEqual({ a: 1 });
    expect(session.modified).toBe(false);
  });

  test('loads a session that was never loaded', async () => {
    const session = open((await kept({ a: 1 })).sessionKey);
    await session.reload();
    expect(session.get('a')).toBe(1);
  });

  test('a key that is no longer stored is not adopted', async () => {
    const session = await kept({ a: 1 });
    const key = session.sessionKey!;
    await open(key).destroy();
    session.set('a', 2);
    await session.reload();
    expect(session).toMatchObject({ sessionKey: null, accessed: true, modified: false, size: 0 });
    expect(session.isEmpty()).toBe(true);
    session.set('b', 1);
    await session.save();
    expect(session.sessionKey).not.toBe(key);
    expect(await cached.stored()).toHaveLength(1);
  });

  test('without a key the session becomes empty, and the store is not asked', async () => {
    const session = open();
    session.set('a', 1);
    await session.reload();
    expect(session).toMatchObject({ sessionKey: null, accessed: true, modified: false, size: 0 });
    expect(cached.cache.operations).toEqual([]);
  });

  test('a key that was drawn in this request is still told', async () => {
    const session = open();
    session.set('a', 1);
    await session.save();
    session.set('a', 2);
    await session.reload();
    expect(session.get('a')).toBe(1);
    expect(session.keyChanged).toBe(true);
  });

  test('what this object wrote before does not count as what is stored now', async () => {
    const session = open();
    session.set('a', 1);
    await session.save();
    await elsewhere(session.sessionKey, (other) => other.set('a', 2));
    await session.reload();
    session.set('a', 1);
    expect(session.isSaved).toBe(false);
    await session.save();
    expect((await cached.stored())[0]!.data).toEqual({ a: 1 });
  });

  test('a store that fails is an error; nothing of what was to be dropped is saved, and it can be tried again', async () => {
    const session = await kept({ a: 1 });
    session.set('a', 2);
    cached.cache.broken = true;
    await expect(session.reload()).rejects.toThrow(SessionStoreError);
    expect(() => session.get('a')).toThrow(SessionNotLoadedError);
    expect(session.modified).toBe(false);
    cached.cache.broken = false;
    await session.reload();
    expect(session.get('a')).toBe(1);
  });

  test('while it is under way the data cannot be touched', async () => {
    const session = await kept({ a: 1 });
    const { come, letGo } = hold('get');
    const reloading = session.reload();
    await come;
    expect(() => session.set('a', 2)).toThrow(SessionNotLoadedError);
    letGo();
    await reloading;
    expect(session.get('a')).toBe(1);
  });

  test('waits for a save that is under way', async () => {
    const session = await kept({ a: 1 });
    session.set('a', 2);
    const { come, letGo } = hold('compareAndSet');
    const saving = session.save();
    await come;
    cached.cache.operations.length = 0;
    const reloading = session.reload();
    letGo();
    await Promise.all([saving, reloading]);
    expect(cached.cache.operations).toEqual(['get']);
    expect(session.get('a')).toBe(2);
    expect(session.modified).toBe(false);
  });

  test('also for the save that draws the key', async () => {
    const session = open();
    session.set('a', 1);
    const { come, letGo } = hold('add');
    const saving = session.save();
    await come;
    const reloading = session.reload();
    letGo();
    await Promise.all([saving, reloading]);
    expect({ ...session.data }).toEqual({ a: 1 });
    expect(session.keyChanged).toBe(true);
  });

  test('a save that comes while it is under way saves what was loaded, and not what was dropped', async () => {
    const session = await kept({ a: 1 });
    session.set('a', 2);
    const { come, letGo } = hold('get');
    const reloading = session.reload();
    await come;
    const saving = session.save();
    letGo();
    await Promise.all([reloading, saving]);
    expect((await cached.stored())[0]!.data).toEqual({ a: 1 });
  });

  test('a save that fails is told to whoever asked for it, and does not stop the reload', async () => {
    const session = await kept({ a: 1 });
    session.set('a', 2);
    cached.cache.broken = (operation) => operation === 'compareAndSet';
    const saving = session.save();
    const reloading = session.reload();
    await expect(saving).rejects.toThrow(SessionStoreError);
    await reloading;
    expect(session.get('a')).toBe(1);
  });

  test('the answer to an older question does not take the place of its own', async () => {
    const { sessionKey } = await kept({ a: 1 });
    const under = cached.store([]);
    const load = under.engine.load.bind(under.engine);
    const session = new Session<any>(under, sessionKey);
    let letGo = () => {};
    const answered = new Promise<void>((tell) => {
      under.engine.load = async (key) => {
        under.engine.load = load;
        const answer = await load(key);
        tell();
        await new Promise<void>((go) => (letGo = go));
        return answer;
      };
    });
    const loading = session.load();
    await answered;
    await elsewhere(sessionKey, (other) => other.set('a', 2));
    const reloading = session.reload();
    letGo();
    await Promise.all([loading, reloading]);
    expect(session.get('a')).toBe(2);
    expect(session.modified).toBe(false);
  });

  test('a clear that comes later wins', async () => {
    const session = await kept({ a: 1 });
    const { come, letGo } = hold('get');
    const reloading = session.reload();
    await come;
    session.clear();
    letGo();
    await reloading;
    expect(session.size).toBe(0);
    expect(session.modified).toBe(true);
    await session.save();
    expect((await cached.stored())[0]!.data).toEqual({});
  });
});

describe('one session, asked for two things at once', () => {
  test('two saves store it once, with one key', async () => {
    const cached = new CacheStore();
    const session = new Session<any>(cached.store([]));
    session.set('a', 1);
    await Promise.all([session.save(), session.save()]);
    expect(await cached.stored()).toHaveLength(1);
  });

  test('what is changed while a save is merged with another request stays, and is saved with the next', async () => {
    const cached = new CacheStore();
    const session = new Session<any>(cached.store([]));
    session.update({ a: 1, gone: 1 });
    await session.save();
    const other = await new Session<any>(cached.store([]), session.sessionKey).load();
    other.set('b', 2);
    await other.save();
    session.set('a', 2);
    let attempts = 0;
    cached.cache.before = (operation) => {
      // First the attempt that meets the other's write, then what it wrote, then the merged data.
      if (operation !== 'compareAndSet' || ++attempts < 2) return;
      session.set('late', 3);
      session.delete('gone');
    };
    await session.save();
    cached.cache.before = () => {};
    expect((await cached.stored())[0]!.data).toEqual({ a: 2, gone: 1, b: 2 });
    expect({ ...session.data }).toEqual({ a: 2, b: 2, late: 3 });
    expect(session.modified).toBe(true);
    expect(session.isSaved).toBe(false);
    await session.save();
    expect((await cached.stored())[0]!.data).toEqual({ a: 2, b: 2, late: 3 });
  });

  test('a load whose answer comes when the session has got another key does not take that away', async () => {
    const cached = new CacheStore();
    const session = new Session<any>(cached.store([]), 'akeythatnobodyknows0000000000000');
    let letGo = () => {};
    cached.cache.before = () => {
      cached.cache.before = () => {};
      return new Promise<void>((go) => (letGo = go));
    };
    const loading = session.load();
    await session.create();
    const key = session.sessionKey;
    letGo();
    await loading;
    expect(session.sessionKey).toBe(key);
    expect(key).not.toBe('akeythatnobodyknows0000000000000');
  });
});

describe('cycleKey', () => {
  test('writes what was set before in the same step', async () => {
    const session = await stored({ cart: [1] });
    const old = session.sessionKey;
    session.set('user', 'ann');
    await session.cycleKey();
    expect(session.sessionKey).not.toBe(old);
    expect(session.isSaved).toBe(true);
    expect(await payload()).toBe('{"cart":[1],"user":"ann"}');
    expect(await embedded.rows()).toHaveLength(1);
  });

  test('keeps what another request wrote meanwhile', async () => {
    const first = await stored({ a: 1 });
    const second = await reopen(first);
    second.set('b', 2);
    await second.save();
    first.set('user', 'ann');
    await first.cycleKey();
    expect(JSON.parse(await payload())).toEqual({ a: 1, b: 2, user: 'ann' });
  });
});

describe('cycleKey on a store that cannot move a session in one step', () => {
  /** The database engine without `cycle`, which takes down what happens. */
  function inSteps(fail: (step: string) => void = () => {}) {
    const engine = embedded.engine();
    const steps: string[] = [];
    const step =
      <A extends unknown[], R>(name: string, work: (...args: A) => Promise<R>) =>
      async (...args: A) => {
        steps.push(name === 'save' ? `save ${JSON.stringify(args[1])}` : name);
        fail(name);
        return work(...args);
      };
    const plain: SessionEngine = {
      plain: true,
      load: (key) => engine.load(key),
      exists: (key) => engine.exists(key),
      create: step('create', engine.create.bind(engine)),
      save: step('save', engine.save.bind(engine)),
      delete: step('delete', engine.delete.bind(engine)),
      clearExpired: (options) => engine.clearExpired(options),
    };
    return { store: storeOn(plain, embedded.clock, {}), steps };
  }
  async function anonymous(under: SessionStore): Promise<Session<any>> {
    const session = new Session<any>(under);
    session.set('cart', [1]);
    await session.save();
    return new Session<any>(under, session.sessionKey).load();
  }

  test('the old key never holds what was written for the new one', async () => {
    const { store: under, steps } = inSteps();
    const session = await anonymous(under);
    const old = session.sessionKey!;
    session.set('user', 'ann');
    steps.length = 0;
    await session.cycleKey();
    expect(steps).toEqual(['create', 'save "{}"', 'delete']);
    expect(session.sessionKey).not.toBe(old);
    expect(await session.exists(old)).toBe(false);
    expect({ ...(await new Session<any>(under, session.sessionKey).load()).data }).toEqual({ cart: [1], user: 'ann' });
  });

  test('a session that was ended meanwhile is not copied', async () => {
    const { store: under } = inSteps();
    const session = await anonymous(under);
    await new Session(under, session.sessionKey).flush();
    await expect(session.cycleKey()).rejects.toThrow(SessionUpdateError);
    expect(await embedded.rows()).toEqual([]);
  });

  test('what another request wrote meanwhile goes with it', async () => {
    const { store: under } = inSteps();
    const session = await anonymous(under);
    const other = await new Session<any>(under, session.sessionKey).load();
    other.set('b', 2);
    await other.save();
    session.set('user', 'ann');
    await session.cycleKey();
    expect({ ...session.data }).toEqual({ cart: [1], b: 2, user: 'ann' });
    expect(await embedded.rows()).toHaveLength(1);
  });

  test('an answer that is lost on the way is not a step that was not taken', async () => {
    const { store: under } = inSteps();
    const session = await anonymous(under);
    const { engine } = under;
    const save = engine.save.bind(engine);
    engine.save = async (...args) => {
      await save(...args);
      throw new Error('connection reset');
    };
    session.set('user', 'ann');
    await session.cycleKey();
    engine.save = save;
    expect({ ...(await new Session<any>(under, session.sessionKey).load()).data }).toEqual({ cart: [1], user: 'ann' });
    expect(await embedded.rows()).toHaveLength(1);
  });

  test.each(['save', 'delete'])('a crash before "%s" loses nothing, and logs the old key in nowhere', async (at) => {
    let armed = false;
    const { store: under } = inSteps((name) => {
      if (armed && name === at) throw new Error('killed');
    });
    const session = await anonymous(under);
    const old = session.sessionKey;
    session.set('user', 'ann');
    armed = true;
    await expect(session.cycleKey()).rejects.toThrow(SessionStoreError);
    const left = await new Session<any>(under, old).load();
    expect(left.has('user')).toBe(false);
    if (at === 'save') expect(left.get('cart')).toEqual([1]);
  });
});

describe('absoluteAge', () => {
  const settings = { absoluteAge: 100, cookieAge: 60 };

  test('ends a session whatever its activity', async () => {
    let session = await stored({ a: 1 }, settings);
    embedded.clock.seconds += 59;
    session = await reopen(session, settings);
    session.set('b', 1);
    expect(session.getExpiryAge()).toBe(41);
    await session.save();
    embedded.clock.seconds += 40;
    expect((await reopen(session, settings)).has('b')).toBe(true);
    embedded.clock.seconds += 1;
    expect((await reopen(session, settings)).isEmpty()).toBe(true);
  });

  test('also one that Django would serve longer', async () => {
    const session = await stored({ a: 1 }, settings);
    await embedded.dataSource.query("UPDATE django_session SET expire_date = '2099-01-01 00:00:00'");
    embedded.clock.seconds += 100;
    expect((await reopen(session, settings)).isEmpty()).toBe(true);
  });
});

describe('a store that fails', () => {
  test('is an error, never an empty session, and its message holds no key', async () => {
    const broken = await DatabaseStore.open();
    const session = new Session<any>(broken.store([SECRET]), 'abcdefghijklmnopqrstuvwxyz012345');
    await broken.dataSource.query('DROP TABLE django_session');
    const error = await session.load().catch((thrown: unknown) => thrown as SessionStoreError);
    await broken.close();
    expect(error).toBeInstanceOf(SessionStoreError);
    expect((error as SessionStoreError).cause).toMatchObject({ message: expect.stringContaining('no such table') });
    const { inspect } = await import('node:util');
    expect(inspect(error, { depth: 9 })).not.toContain('abcdefghijklmnopqrstuvwxyz012345');
    expect(() => session.get('a')).toThrow(SessionNotLoadedError);
  });

  test('a session that was tampered with is no session, and that is told once', async () => {
    const session = await stored({ a: 1 });
    await embedded.dataSource.query('UPDATE django_session SET session_data = ?', [
      new SessionCodec(['another secret']).encode('{"admin":true}', 0),
    ]);
    expect((await reopen(session)).isEmpty()).toBe(true);
    expect(embedded.warnings).toEqual(['Session data corrupted']);
  });
});

describe('Django says KeyError, we say SessionKeyError', () => {
  test('delete and pop of a missing key', () => {
    expect(() => fresh().delete('a')).toThrow(SessionKeyError);
    expect(() => fresh().pop('a')).toThrow('The session has no key "a".');
    expect(fresh().pop('a', undefined)).toBeUndefined();
  });
});
