import { beforeEach, describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { z } from 'zod';
import {
  SessionNotLoadedError,
  SessionSchemaError,
  SessionUpdateError,
  SessionValueError,
} from '../../libs/sessions/src/core/errors.js';
import type { SessionUpgrade } from '../../libs/sessions/src/core/session-schema.js';
import type { SessionSettings } from '../../libs/sessions/src/core/session-settings.js';
import type { StandardSchemaV1 } from '../../libs/sessions/src/core/standard-schema.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { CacheStore } from '../support/cache-store.js';

const cached = new CacheStore();
beforeEach(() => cached.wipe());

type Rules = Partial<SessionSettings>;
const open = (rules: Rules, key: string | null = null) => new Session<any>(cached.store([], rules), key);
const load = (rules: Rules, key: string | null) => open(rules, key).load();

/** The key of a session that holds this, whatever a schema has to say. */
async function kept(data: Record<string, unknown>): Promise<string> {
  const session = open({});
  session.update(data);
  await session.save();
  return session.sessionKey!;
}
const stored = async () => (await cached.stored()).map(({ data }) => data);
const failure = (work: Promise<unknown>) =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as SessionSchemaError,
  );

/** A schema by hand, which says what `check` answers. */
function schemaOf(check: (data: any) => string | null | Promise<string | null>): StandardSchemaV1<object> {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: async (value) => {
        const message = await check(value);
        return message === null ? { value: value as object } : { issues: [{ message }] };
      },
    },
  };
}

const Cart = z.object({ cart: z.array(z.string()), visits: z.number().optional() });
const wrongCart = { cart: ['pear', 7, 'fig'] };

describe.each<[string, StandardSchemaV1<object, unknown>]>([
  ['zod', z.strictObject({ cart: z.array(z.string()) })],
  ['valibot', v.strictObject({ cart: v.array(v.string()) })],
  ['zod, asynchronously', z.strictObject({ cart: z.array(z.string()) }).refine(async () => true)],
  [
    'valibot, asynchronously',
    v.pipeAsync(
      v.strictObject({ cart: v.array(v.string()) }),
      v.checkAsync(async () => true),
    ),
  ],
])('a schema of %s', (_, schema) => {
  test('lets data pass that fit', async () => {
    const session = open({ schema });
    session.set('cart', ['pear']);
    await session.save();
    expect((await load({ schema }, session.sessionKey)).get('cart')).toEqual(['pear']);
  });

  test('refuses others when they are saved; nothing is stored', async () => {
    const session = open({ schema });
    session.set('cart', ['pear', 7]);
    const error = await failure(session.save());
    expect(error).toBeInstanceOf(SessionSchemaError);
    expect(error).toMatchObject({ code: 'SESSION_SCHEMA', when: 'saving', issues: [{ path: 'cart[1]' }] });
    expect(error.message).toMatch(/^The session does not fit the schema; it was not stored:\n {2}- cart\[1\]: \w/);
    expect(cached.cache.operations).toEqual([]);
    expect(session.sessionKey).toBeNull();
  });

  test('refuses others when they are loaded; what is stored stays', async () => {
    const key = await kept(wrongCart);
    const session = open({ schema }, key);
    const error = await failure(session.load());
    expect(error).toMatchObject({ code: 'SESSION_SCHEMA', when: 'loading', issues: [{ path: 'cart[1]' }] });
    expect(error.message).toMatch(
      /^The stored session does not fit the schema; it was left as it is:\n {2}- cart\[1\]/,
    );
    expect(session.sessionKey).toBe(key);
    expect(() => session.get('cart')).toThrow(SessionNotLoadedError);
    expect(await stored()).toEqual([wrongCart]);
  });

  test('is not shown what belongs to sessions themselves', async () => {
    const rules = { schema, absoluteAge: 1000 };
    const session = open(rules);
    session.set('cart', []);
    session.setExpiry(100);
    session.setTestCookie();
    await session.save();
    expect(Object.keys((await load(rules, session.sessionKey)).data).sort()).toEqual([
      '_session_expiry',
      '_session_started',
      'cart',
      'testcookie',
    ]);
  });

  test('has nothing against a session without data', async () => {
    const session = open({ schema, absoluteAge: 1000 });
    session.setTestCookie();
    await session.save();
    const again = await load({ schema }, session.sessionKey);
    again.clear();
    await again.save();
    expect(await stored()).toEqual([{}]);
    expect((await load({ schema }, session.sessionKey)).size).toBe(0);
  });
});

describe('a schema checks and never rewrites', () => {
  const schema = z.object({
    cart: z.array(z.string()).default([]),
    visits: z.coerce.number<string>().optional(),
    name: z
      .string()
      .transform((name) => name.toUpperCase())
      .optional(),
  });

  test('defaults, coercions, transformations and stripped members are not taken over', async () => {
    const session = open({ schema });
    const data = { visits: '3', name: 'ann', _auth_user_id: '7' };
    session.update(data);
    await session.save();
    expect(await stored()).toEqual([data]);
    const again = await load({ schema }, session.sessionKey);
    expect({ ...again.data }).toEqual(data);
    expect(again.modified).toBe(false);
  });

  test('one that changes what it is shown changes neither the session nor what is stored', async () => {
    const meddling = schemaOf((data) => {
      data.cart.push('planted');
      data.admin = true;
      return null;
    });
    const session = open({ schema: meddling });
    session.set('cart', ['pear']);
    await session.save();
    expect(session.get('cart')).toEqual(['pear']);
    expect(await stored()).toEqual([{ cart: ['pear'] }]);
    expect({ ...(await load({ schema: meddling }, session.sessionKey)).data }).toEqual({ cart: ['pear'] });
  });

  test('numbers that are only carried stay what they were', async () => {
    const key = await kept({ cart: [] });
    const [entry] = await cached.cache.entries();
    const text = '{"cart":[],"big":12345678901234567890,"one":1.0}';
    await cached.cache.plant(entry!.key, Buffer.from(text), entry!.expiresAt);
    const session = await load({ schema: Cart }, key);
    session.set('visits', 1);
    await session.save();
    expect((await cached.cache.entries())[0]!.value.toString()).toBe(text.replace('}', ',"visits":1}'));
  });
});

describe('at saving', () => {
  test('nested changes are checked too, and what is stored stays', async () => {
    const session = await load({ schema: Cart }, await kept({ cart: ['pear'] }));
    session.data.cart.push(7);
    await expect(session.save()).rejects.toThrow(SessionSchemaError);
    await expect(session.cycleKey()).rejects.toThrow(SessionSchemaError);
    await expect(session.create()).rejects.toThrow(SessionSchemaError);
    expect(await stored()).toEqual([{ cart: ['pear'] }]);
  });

  test('after a merge the merged data are checked', async () => {
    const schema = schemaOf(({ a = 0, b = 0 }) => (a + b > 3 ? 'a and b are at most 3' : null));
    const key = await kept({ a: 1, b: 1 });
    const [first, second] = [await load({ schema }, key), await load({ schema }, key)];
    first.set('a', 2);
    second.set('b', 2);
    await first.save();
    const error = await failure(second.save());
    expect(error).toMatchObject({ when: 'saving', issues: [{ path: '', message: 'a and b are at most 3' }] });
    expect(error.message).toContain('\n  - the session: a and b');
    expect(await stored()).toEqual([{ a: 2, b: 1 }]);
  });

  test('what is stored is what was checked, also when it is changed while an asynchronous schema is at work', async () => {
    let session: Session<any> | null = null;
    const schema = schemaOf(async ({ cart }) => {
      session?.data.cart.push(7);
      await Promise.resolve();
      return cart.every((item: unknown) => typeof item === 'string') ? null : 'no';
    });
    session = open({ schema });
    session.set('cart', ['pear']);
    await session.save();
    expect(await stored()).toEqual([{ cart: ['pear'] }]);
    expect(session.modified).toBe(true);
  });

  test('a schema that fails by itself stores nothing, and its error is told as it is', async () => {
    const session = open({ schema: schemaOf(() => Promise.reject(new RangeError('bad schema'))) });
    session.set('a', 1);
    await expect(session.save()).rejects.toThrow(new RangeError('bad schema'));
    expect(await stored()).toEqual([]);
  });

  test('a schema that fails to say why is a refusal all the same', async () => {
    const schema: StandardSchemaV1<object> = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [] }) },
    };
    const session = open({ schema });
    session.set('a', 1);
    await expect(session.save()).rejects.toThrow(SessionSchemaError);
  });
});

describe('a stored session that does not fit', () => {
  test('can be ended, cleared or deleted without being loaded', async () => {
    const rules = { schema: Cart };
    const cleared = open(rules, await kept(wrongCart));
    cleared.clear();
    await cleared.save();
    expect(await stored()).toEqual([{}]);
    await open(rules, await kept(wrongCart)).flush();
    await open(rules, await kept(wrongCart)).destroy();
    expect(await stored()).toEqual([{}]);
  });

  test('that has expired is no session, and nobody is bothered', async () => {
    const key = await kept({ ...wrongCart, _session_started: 0 });
    const session = await load({ schema: Cart, absoluteAge: 1, clock: () => 1_700_000_000_000 }, key);
    expect(session.isEmpty()).toBe(true);
  });

  test('is found as it is by whoever looks at all sessions, and is not upgraded for that', async () => {
    const key = await kept(wrongCart);
    const found = await cached.store([], { schema: Cart, upgrade: () => null }).find(key);
    expect(found).toMatchObject({ data: wrongCart, outdated: false });
  });

  test('is told of also where another request put it there meanwhile', async () => {
    const key = await kept({ cart: ['pear'] });
    const session = await load({ schema: Cart }, key);
    const other = await load({}, key);
    other.set('cart', 'fig');
    await other.save();
    session.set('visits', 1);
    await expect(session.save()).rejects.toMatchObject({ when: 'loading', issues: [{ path: 'cart' }] });
    expect(await stored()).toEqual([{ cart: 'fig' }]);
  });
});

describe('upgrade', () => {
  /** Carts were a text once. */
  const upgrade: SessionUpgrade = ({ cart, ...others }) => ({ ...others, cart: cart.split(',') });

  test('makes old data fit, once: they are stored with the request that uses them', async () => {
    let calls = 0;
    const rules: Rules = { schema: Cart, upgrade: (data, issues) => (calls++, upgrade(data, issues)) };
    const session = await load(rules, await kept({ cart: 'pear,fig', user: 'ann' }));
    expect(session.modified).toBe(false);
    expect(session.get('cart')).toEqual(['pear', 'fig']);
    expect(session.modified).toBe(true);
    expect(session.isSaved).toBe(false);
    await session.save();
    expect(await stored()).toEqual([{ user: 'ann', cart: ['pear', 'fig'] }]);
    const again = await load(rules, session.sessionKey);
    expect(again.get('cart')).toEqual(['pear', 'fig']);
    expect(again.modified).toBe(false);
    expect(calls).toBe(1);
  });

  test('may be asynchronous, and is given a plain copy and what the schema said', async () => {
    let given: unknown[] = [];
    const rules: Rules = {
      schema: z.strictObject({ cart: z.array(z.string()) }),
      upgrade: async (data, issues) => {
        given = [structuredClone(data), issues, Object.getPrototypeOf(data) === Object.prototype];
        data.cart = [];
        delete data.user;
        return data;
      },
    };
    const session = await load(rules, await kept({ cart: 'pear', user: 'ann', _session_expiry: 100 }));
    expect({ ...session.data }).toEqual({ cart: [], _session_expiry: 100 });
    expect(given).toEqual([
      { cart: 'pear', user: 'ann' },
      [
        { path: 'cart', message: expect.stringContaining('array') },
        { path: '', message: expect.stringContaining('user') },
      ],
      true,
    ]);
  });

  test('is not asked when the data fit', async () => {
    const rules: Rules = { schema: Cart, upgrade: () => ({ cart: ['upgraded'] }) };
    expect((await load(rules, await kept({ cart: [] }))).get('cart')).toEqual([]);
  });

  test('null starts with an empty session under the same key', async () => {
    const rules: Rules = { schema: Cart, upgrade: () => null };
    const session = await load(rules, await kept({ ...wrongCart, _session_expiry: 100 }));
    expect(session.size).toBe(0);
    expect(session.modified).toBe(true);
    await session.save();
    expect(await stored()).toEqual([{}]);
  });

  test('what it answers is checked again; what still does not fit is an error, and the old data stay', async () => {
    const key = await kept(wrongCart);
    const rules: Rules = { schema: Cart, upgrade: () => ({ cart: null }) };
    expect(await failure(load(rules, key))).toMatchObject({ when: 'loading', issues: [{ path: 'cart' }] });
    expect(await stored()).toEqual([wrongCart]);
  });

  test.each<[unknown, string]>([
    [undefined, 'it answered nothing'],
    ['text', 'it answered a string'],
    [[], 'it answered a list'],
  ])('%p is no answer', async (answer, message) => {
    const rules: Rules = { schema: Cart, upgrade: () => answer as never };
    const error = await failure(load(rules, await kept(wrongCart)));
    expect(error).toBeInstanceOf(SessionSchemaError);
    expect(error.message).toContain(`upgrade must answer the new data, or null for an empty session; ${message}`);
  });

  test('a value that JSON could not hold is refused by its path; a member that is undefined is not there', async () => {
    const key = await kept(wrongCart);
    const wrong: Rules = { schema: Cart, upgrade: () => ({ cart: [], at: { now: new Date() } }) };
    const error = await failure(load(wrong, key));
    expect(error).toBeInstanceOf(SessionValueError);
    expect(error.message).toMatch(/^session value at\.now is a Date/);
    const right: Rules = { schema: Cart, upgrade: (data) => ({ ...data, cart: [], visits: undefined }) };
    expect({ ...(await load(right, key)).data }).toEqual({ cart: [] });
  });

  test('its own error is told as it is', async () => {
    const rules: Rules = { schema: Cart, upgrade: () => Promise.reject(new RangeError('bad hook')) };
    await expect(load(rules, await kept(wrongCart))).rejects.toThrow(new RangeError('bad hook'));
    expect(await stored()).toEqual([wrongCart]);
  });

  test('what it keeps of its answer is not the session', async () => {
    const shared = { cart: ['pear'] };
    const rules: Rules = { schema: Cart, upgrade: () => shared };
    const session = await load(rules, await kept(wrongCart));
    session.data.cart.push('fig');
    expect(shared).toEqual({ cart: ['pear'] });
  });

  test('numbers that are only carried stay what they were', async () => {
    const key = await kept({ a: 1 });
    const [entry] = await cached.cache.entries();
    const text = '{"big":12345678901234567890,"in":{"one":1.0},"cart":"pear","lost":1.0}';
    await cached.cache.plant(entry!.key, Buffer.from(text), entry!.expiresAt);
    const rules: Rules = { schema: Cart, upgrade: (data) => upgrade({ ...data, lost: 2 }, []) };
    const session = await load(rules, key);
    session.get('cart');
    await session.save();
    expect((await cached.cache.entries())[0]!.value.toString()).toBe(
      '{"big":12345678901234567890,"in":{"one":1.0},"lost":2,"cart":["pear"]}',
    );
  });

  test('two requests that upgrade one session at the same time keep both their changes', async () => {
    const rules: Rules = { schema: Cart, upgrade };
    const key = await kept({ cart: 'pear', user: 'ann' });
    const [first, second] = [await load(rules, key), await load(rules, key)];
    first.data.cart.push('fig');
    second.set('visits', 1);
    await first.save();
    await second.save();
    expect(await stored()).toEqual([{ cart: ['pear', 'fig'], user: 'ann', visits: 1 }]);
  });

  test('nor does it bring a session back that another request has ended', async () => {
    const rules: Rules = { schema: Cart, upgrade };
    const session = await load(rules, await kept({ cart: 'pear' }));
    session.get('cart');
    await open(rules, session.sessionKey).flush();
    await expect(session.save()).rejects.toThrow(SessionUpdateError);
    expect(await stored()).toEqual([]);
  });

  test('reload upgrades too', async () => {
    const session = await load({ schema: Cart, upgrade }, await kept({ cart: 'pear' }));
    session.set('visits', 1);
    await session.reload();
    expect({ ...session.data }).toEqual({ cart: ['pear'] });
    expect(session.modified).toBe(true);
  });
});

describe('what is told of issues', () => {
  async function told(schema: StandardSchemaV1<object, unknown>, data: Record<string, unknown>) {
    const session = open({ schema });
    session.update(data);
    return failure(session.save());
  }
  const saying = (message: string, ...path: PropertyKey[]): StandardSchemaV1<object> => ({
    '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message, path }] }) },
  });

  test.each<[PropertyKey[], string]>([
    [['cart', 0, 'price'], 'cart[0].price'],
    [['odd name', 'odder name'], '["odd name"]["odder name"]'],
    [['__proto__', Symbol.for('s')], '__proto__["Symbol(s)"]'],
    [[3], '[3]'],
    [[], ''],
  ])('the path %p', async (path, expected) => {
    expect((await told(saying('no', ...path), { a: 1 })).issues).toEqual([{ path: expected, message: 'no' }]);
  });

  test.each<[string, v.GenericSchema<any>, unknown]>([
    ['a text', v.number(), 'hunter2'],
    ['a text with quotes', v.number(), 'hunter "2" $& \\'],
    ['a number', v.string(), 4929123412341234],
    ['a fraction', v.pipe(v.number(), v.integer()), 1234.5],
    ['an address', v.pipe(v.string(), v.email()), 'ann at home'],
    ['a choice', v.picklist(['a', 'b']), 'hunter2'],
  ])('valibot quotes what it was given: %s; we do not', async (_, schema, value) => {
    const quoted = v.safeParse(schema, value).issues![0]!.message;
    expect(quoted).toContain(String(value));
    const { message, issues } = await told(v.object({ secret: schema }), { secret: value });
    expect(message).toContain('secret: Invalid');
    expect(message + JSON.stringify(issues)).not.toContain(String(value));
    expect(issues[0]!.message).toContain('[value]');
  });

  test.each<[string, unknown, string]>([
    ['Expected number but received "number"', 'number', 'Expected number but received [value]'],
    ["must be a date (was 'ann')", 'ann', 'must be a date (was [value])'],
    ['ann is no number, nor is anna', 'ann', '[value] is no number, nor is anna'],
    ['must be null (was {"pin":[1]})', { pin: [1] }, 'must be null (was [value])'],
    ['15 or 1.5 or 5', 5, '15 or 1.5 or [value]'],
    ['Expected a string', '', 'Expected a string'],
    ['must not be null', null, 'must not be null'],
  ])('%s, of %p', async (message, value, expected) => {
    expect((await told(saying(message, 'secret'), { secret: value })).issues[0]!.message).toBe(expected);
  });

  test('ten of them are named, and the others are counted', async () => {
    const error = await told(Cart, { cart: Array.from({ length: 12 }, (_, n) => n) });
    expect(error.issues).toHaveLength(12);
    expect(error.message.match(/\n {2}- cart\[\d+\]: /g)).toHaveLength(10);
    expect(error.message).toMatch(/\n {2}- and 2 more$/);
  });
});
