import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { SessionsModule, SessionsService } from 'nestjs-django-sessions';
import { isSessionKey } from '../../libs/sessions/src/core/session-key.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { CacheEngine } from '../../libs/sessions/src/engines/cache/cache-engine.js';
import { statementsFor } from '../../libs/sessions/src/engines/db/statements.js';
import { SECRET } from '../support/application.js';
import { RecordedCache } from '../support/recorded-cache.js';
import { storeOn } from '../support/store-under-test.js';
import { TestClock } from '../support/vectors.js';
import { type Store, STORES } from './support/stores.js';

const turned = new TestClock(Date.now() / 1000);
/** What a JSON body may be where an application expects a key. */
const NO_TEXTS = (key: string): unknown[] => [
  [key],
  [[key]],
  { key },
  { $ne: null },
  { toString: 'x', session_key: 1 },
  12345678,
  true,
  {},
  [],
];

describe.each(STORES)('$name', ({ open }) => {
  let store: Store;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  test('typeorm CVE-2022-33171, CVE-2020-8158, GMS-2019-144: a key that is no text finds nothing and ends nothing', async () => {
    const module = await Test.createTestingModule({
      imports: [SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, engine: store.engine })],
    }).compile();
    const sessions = module.get(SessionsService);
    const own = await sessions.open<any>();
    own.set('user', 'ann');
    await own.save();
    const key = own.sessionKey!;
    for (const given of NO_TEXTS(key) as never[]) {
      const session = await sessions.open<any>(given);
      expect({ given, size: session.size, key: session.sessionKey }).toEqual({ given, size: 0, key: null });
      expect({ given, exists: await session.exists(given) }).toEqual({ given, exists: false });
      await session.destroy(given);
    }
    expect((await sessions.open<any>(key)).get('user')).toBe('ann');
    await own.flush();
    await module.close();
  });

  test('prototype pollution: __proto__, constructor and prototype are data like any other', async () => {
    const sessions = storeOn(store.engine, turned, {});
    const hostile = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}},"prototype":3}';
    const session = new Session<any>(sessions);
    session.update(JSON.parse(hostile));
    session.set('deep', JSON.parse(`[${hostile}]`));
    await session.save();

    // Two requests change them at once, so that they are merged.
    const [one, other] = await Promise.all([
      new Session<any>(sessions, session.sessionKey).load(),
      new Session<any>(sessions, session.sessionKey).load(),
    ]);
    one.set('__proto__', JSON.parse('{"__proto__":{"polluted":4}}'));
    other.set('toString', 5);
    await one.save();
    await other.save();

    const read = await new Session<any>(sessions, session.sessionKey).load();
    expect(JSON.stringify(read)).toBe(
      `{"__proto__":{"__proto__":{"polluted":4}},"constructor":{"prototype":{"polluted":2}},"prototype":3,"deep":[${hostile}],"toString":5}`,
    );
    expect(Object.getPrototypeOf(read.data)).toBeNull();
    expect(({} as any).polluted).toBeUndefined();
    expect((Object as any).polluted).toBeUndefined();
    expect(Reflect.ownKeys(Object.prototype)).not.toContain('polluted');
    expect(read.pop('__proto__')).toEqual(JSON.parse('{"__proto__":{"polluted":4}}'));
    expect(read.has('__proto__')).toBe(false);
    expect(read.get('hasOwnProperty')).toBeUndefined();
    await read.flush();
  });
});

test('a key is a text, whatever else would look like one', () => {
  for (const given of NO_TEXTS('abcdefghijklmnopqrstuvwxyz012345')) {
    expect({ given, isKey: isSessionKey(given as string) }).toEqual({ given, isKey: false });
  }
});

test('connect-pg-simple CVE-2019-15658: the table has one name, and every value is a parameter', async () => {
  for (const dialect of ['sqlite', 'postgres', 'mysql'] as const) {
    const { instant, ...statements } = statementsFor(dialect);
    for (const statement of Object.values(statements)) {
      const sql: string = typeof statement === 'function' ? statement(1000) : statement;
      // Nothing in quotes but the name of the zone, no comment, one statement, one table.
      expect(sql.replace("AT TIME ZONE 'UTC'", '')).not.toMatch(/['"`;]|--|\/\*/);
      const tables = [...sql.matchAll(/(?:FROM|INTO|(?<!FOR )UPDATE) (\w+)/g)].map(([, table]) => table);
      expect([...new Set(tables)]).toEqual(['django_session']);
      expect(sql).toMatch(/\?|\$1/);
    }
    expect(instant(0)).toMatch(/^1970-01-01 00:00:00(?:\+00)?$/);
  }
  for (const option of ['tableName', 'table', 'schemaName']) {
    const options = { secretKey: SECRET, [option]: 'x"; DROP TABLE users; --' };
    const start = Test.createTestingModule({ imports: [SessionsModule.forRoot(options)] }).compile();
    await expect(start).rejects.toMatchObject({ problems: [expect.stringContaining(`unknown option ${option}`)] });
  }
});

test("Django CVE-2011-4136: sessions and the application's own entries do not meet in a cache", async () => {
  const cache = new RecordedCache(Date.now);
  const payload = Buffer.from('{"user":"admin"}');
  const later = Date.now() + 3_600_000;
  const id = 'abcdefghijklmnopqrstuvwxyz012345';
  // What an application may keep under a name of the visitor's choice.
  for (const name of [id, `:1:${id}`, `user${id}`, `:1:user${id}`, `:1:django.contrib.sessions.cached_db${id}`]) {
    await cache.plant(name, payload, later);
  }
  const sessions = storeOn(new CacheEngine(cache), turned, {});
  for (const sent of [id, `:1:${id}`, `user${id}`, `1:user${id}`, `.contrib.sessions.cached_db${id}`]) {
    expect(await sessions.load(sent)).toBeNull();
    await sessions.delete(sent);
  }
  expect(await cache.entries()).toHaveLength(5);
  const { key } = await sessions.create({ user: 'ann' });
  const names = (await cache.entries()).map((entry) => entry.key).filter((name) => name.includes(key));
  expect(names).toEqual([`:1:django.contrib.sessions.cache${key}`]);
});
