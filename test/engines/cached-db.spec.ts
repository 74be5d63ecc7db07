import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { djangoCacheKey } from '../../libs/sessions/src/cache/django-cache-key.js';
import { pickleToJson } from '../../libs/sessions/src/cache/pickle-to-json.js';
import { jsonToPickle } from '../../libs/sessions/src/cache/pickle-writer.js';
import { SessionStoreError, SessionUpdateError } from '../../libs/sessions/src/core/errors.js';
import type { SessionEngine } from '../../libs/sessions/src/core/session-engine.js';
import type { SessionStore } from '../../libs/sessions/src/core/session-store.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import type { CachedDbEngine } from '../../libs/sessions/src/engines/cached-db/cached-db-engine.js';
import { ENTRY_FORMATS } from '../../libs/sessions/src/engines/cached-db/entry-format.js';
import { SECRET } from '../support/application.js';
import { CachedDbStore } from '../support/cached-db-store.js';
import { storeOn } from '../support/store-under-test.js';

const cacheKey = (key: string) => djangoCacheKey(`django.contrib.sessions.cached_db${key}`);
const MINUTE = 60;

describe.each(['json', 'pickle'] as const)('values: %s', (values) => {
  let under: CachedDbStore;
  let engine: CachedDbEngine;
  let store: SessionStore;
  /** What the database and the cache were asked, in order. */
  let asked: string[];

  beforeAll(async () => {
    under = await CachedDbStore.open(values);
  });
  beforeEach(async () => {
    await under.wipe();
    under.clock.seconds = 1_700_000_000;
    asked = under.cache.operations;
    engine = under.engine({}, [SECRET], (database) => noted(database, asked));
    store = storeOn(engine, under.clock, {});
  });
  afterAll(() => under.close());

  const opened = (key: string | null) => new Session<any>(store, key).load();
  const during = async (work: () => Promise<unknown>) => {
    asked.length = 0;
    await work();
    return [...asked];
  };
  async function stored(data: Record<string, unknown> = { a: 1 }): Promise<string> {
    const session = new Session<any>(store);
    session.update(data);
    await session.save();
    return session.sessionKey!;
  }
  const write = async (key: string, data: Record<string, unknown>) => {
    const session = await opened(key);
    session.update(data);
    await session.save();
  };
  const inDatabase = async (key: string) => {
    const row = (await under.stored(SECRET)).find((one: any) => one.where === 'db' && one.key === key) as any;
    return row?.data;
  };
  const inCache = async (key: string) => {
    const entry = (await under.cache.entries()).find((one) => one.key === cacheKey(key));
    if (!entry) return 'nothing';
    const content = ENTRY_FORMATS[values].read(entry.value);
    return content ? JSON.parse(content.payload) : 'a mark';
  };
  const seen = async (key: string) => {
    const session = await opened(key);
    return session.sessionKey === null ? null : { ...session.data };
  };

  describe('round trips', () => {
    test('a read that the cache can answer: one', async () => {
      const key = await stored();
      expect(await during(() => opened(key))).toEqual(['get']);
    });

    test('a read that it cannot: one more, and the refill', async () => {
      const key = await stored();
      await under.cache.evict(cacheKey(key));
      expect(await during(() => opened(key))).toEqual(['get', 'db.load', 'add']);
      expect(await during(() => opened(key))).toEqual(['get']);
    });

    test('a write: two more', async () => {
      const key = await stored();
      expect(await during(() => write(key, { b: 2 }))).toEqual(['get', 'db.save', 'compareAndSet']);
    });

    test('a second write in one request: two more', async () => {
      const session = await opened(await stored());
      for (const n of [1, 2, 3]) {
        session.set('n', n);
        expect(await during(() => session.save())).toEqual(['db.save', 'compareAndSet']);
      }
    });

    test('a first write: two in all', async () => {
      expect(await during(() => stored())).toEqual(['db.create', 'set']);
    });

    test('a log-in: one more of the database between a mark before it, and two of the cache at once after it', async () => {
      const session = await opened(await stored());
      expect(await during(() => session.cycleKey())).toEqual(['set', 'db.cycle', 'set', 'set']);
    });

    test('a log-out: three, as a mark stands before and after', async () => {
      const session = await opened(await stored());
      expect(await during(() => session.flush())).toEqual(['set', 'db.delete', 'set']);
    });

    test('without a state to compare with, a write looks at the cache first', async () => {
      const key = await stored();
      expect(await during(() => engine.save(key, '{"b":2}', under.clock.now() + 1000))).toEqual([
        'get',
        'db.save',
        'compareAndSet',
      ]);
    });

    test('unknown keys leave nothing in the cache', async () => {
      for (let n = 0; n < 100; n++) await opened(`unknown${n}`);
      expect(await under.cache.entries()).toEqual([]);
    });
  });

  describe('what is in the cache', () => {
    test('lives as long as the row', async () => {
      const key = await stored({ _session_expiry: 100 });
      under.clock.seconds += 30.25;
      await under.cache.evict(cacheKey(key));
      await opened(key);
      expect((await under.cache.entries())[0]!.expiresAt).toBe((1_700_000_000 + 100) * 1000);
      under.clock.seconds += 69.75;
      expect(await seen(key)).toBeNull();
    });

    test('is never the same bytes twice', async () => {
      const key = await stored();
      const first = (await under.cache.entries())[0]!.value;
      await under.cache.evict(cacheKey(key));
      await opened(key);
      expect((await under.cache.entries())[0]!.value).not.toEqual(first);
    });

    test('names the row it was taken from, however that came to be written', async () => {
      const key = await stored();
      const named = async () => {
        const [entry] = await under.cache.entries();
        const [row] = await under.database.rows();
        expect(ENTRY_FORMATS[values].read(entry!.value)?.row).toBe(row!.session_data);
      };
      await named();
      await write(key, { b: 2 });
      await named();
      await under.cache.evict(cacheKey(key));
      await opened(key);
      await named();
    });
  });

  describe('two who write at the same time', () => {
    test('both changes are kept, and the cache is never believed over the database', async () => {
      const key = await stored({ a: 0, b: 0 });
      const [first, second] = [await opened(key), await opened(key)];
      first.set('a', 1);
      second.set('b', 1);
      await first.save();
      await second.save();
      expect(await inDatabase(key)).toEqual({ a: 1, b: 1 });
      expect(await seen(key)).toEqual({ a: 1, b: 1 });
    });

    test('of thirty at once, every change is kept', async () => {
      const key = await stored({});
      const sessions = await Promise.all(Array.from({ length: 30 }, () => opened(key)));
      await Promise.all(
        sessions.map((session, n) => {
          session.set(`k${n}`, n);
          return session.save();
        }),
      );
      const all = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`k${n}`, n]));
      expect(await inDatabase(key)).toEqual(all);
      expect(await seen(key)).toEqual(all);
    });

    test('the slower one, held between the row and the cache, does not put the older state over the newer', async () => {
      const key = await stored({ n: 0 });
      const slow = await opened(key);
      slow.set('n', 1);
      under.cache.before = async (operation) => {
        if (operation !== 'compareAndSet') return;
        under.cache.before = () => {};
        await write(key, { n: 2 });
      };
      await slow.save();
      expect(await inDatabase(key)).toEqual({ n: 2 });
      expect(await seen(key)).toEqual({ n: 2 });
      expect(await inCache(key)).not.toEqual({ n: 1 });
    });

    test('the same without a state to compare with', async () => {
      const key = await stored({ n: 0 });
      const end = under.clock.now() + 1_000_000;
      under.cache.before = async (operation) => {
        if (operation !== 'compareAndSet') return;
        under.cache.before = () => {};
        await engine.save(key, '{"n":2}', end);
      };
      await engine.save(key, '{"n":1}', end);
      expect(await inDatabase(key)).toEqual({ n: 2 });
      expect((await engine.load(key))?.payload).toBe('{"n":2}');
    });

    test('after it the cache is used again at the next write', async () => {
      const key = await stored({ n: 0 });
      const [first, second] = [await opened(key), await opened(key)];
      first.set('a', 1);
      second.set('b', 1);
      await Promise.all([first.save(), second.save()]);
      await write(key, { c: 1 });
      expect(await inCache(key)).toEqual({ n: 0, a: 1, b: 1, c: 1 });
    });
  });

  describe('an entry that is out of date', () => {
    /** The cache goes back to what it held before a write. */
    async function staleEntry(): Promise<string> {
      const key = await stored({ n: 0, old: true });
      const [entry] = await under.cache.entries();
      await write(key, { n: 1 });
      await under.cache.plant(cacheKey(key), entry!.value, entry!.expiresAt);
      expect(await inCache(key)).toEqual({ n: 0, old: true });
      return key;
    }

    test('loses no write: the second try is on what the database has', async () => {
      const key = await staleEntry();
      const session = await opened(key);
      session.set('mine', 1);
      const [save, load] = [
        ['db.save', 'compareAndSet'],
        ['get', 'db.load'],
      ];
      expect(await during(() => session.save())).toEqual([...save!, ...load!, ...save!]);
      expect(await inDatabase(key)).toEqual({ n: 1, old: true, mine: 1 });
      expect(await inCache(key)).toEqual({ n: 1, old: true, mine: 1 });
    });

    test('is not moved to a new key', async () => {
      const key = await staleEntry();
      const session = await opened(key);
      await session.cycleKey();
      expect(await inDatabase(session.sessionKey!)).toEqual({ n: 1, old: true });
      expect(await seen(session.sessionKey!)).toEqual({ n: 1, old: true });
    });

    test('of a session that is gone ends with the first write', async () => {
      const key = await staleEntry();
      await under.database.engine().delete(key);
      const session = await opened(key);
      session.set('mine', 1);
      await expect(session.save()).rejects.toBeInstanceOf(SessionUpdateError);
      expect(await seen(key)).toBeNull();
      expect(await inCache(key)).toBe('a mark');
    });
  });

  describe('a session that was deleted', () => {
    test('is gone at once, and leaves a mark for a minute', async () => {
      const key = await stored();
      await engine.delete(key);
      expect(await inCache(key)).toBe('a mark');
      expect(await seen(key)).toBeNull();
      expect(await engine.exists(key)).toBe(false);
      under.clock.seconds += MINUTE;
      expect(await inCache(key)).toBe('nothing');
      expect(await seen(key)).toBeNull();
    });

    test('is not put back by a reader who was between the miss and the refill', async () => {
      const key = await stored();
      await under.cache.evict(cacheKey(key));
      under.cache.before = async (operation) => {
        if (operation === 'add') await engine.delete(key);
      };
      await opened(key);
      under.cache.before = () => {};
      expect(await inCache(key)).toBe('a mark');
      expect(await seen(key)).toBeNull();
    });

    test('nor by one who took so long that the mark has gone again', async () => {
      const key = await stored();
      await under.cache.evict(cacheKey(key));
      const slow = under.engine({}, [SECRET], (database) => ({
        ...noted(database, []),
        async load(sessionKey: string) {
          const row = await database.load(sessionKey);
          await engine.delete(sessionKey);
          under.clock.seconds += 2 * MINUTE;
          return row;
        },
      }));
      expect(await slow.load(key)).not.toBeNull();
      expect(await inCache(key)).toBe('nothing');
      expect(await seen(key)).toBeNull();
    });

    test.each(['merge', 'overwrite'] as const)(
      'nor by a writer who was between the row and the cache (%s)',
      async (concurrency) => {
        const key = await stored();
        const session = await new Session<any>(storeOn(engine, under.clock, { concurrency }), key).load();
        under.cache.before = async (operation) => {
          if (operation !== 'compareAndSet') return;
          under.cache.before = () => {};
          await engine.delete(key);
        };
        session.set('b', 2);
        await session.save();
        expect(await inCache(key)).toBe('a mark');
        expect(await seen(key)).toBeNull();
      },
    );

    test('nor by a writer who comes later', async () => {
      const key = await stored();
      const session = await opened(key);
      await engine.delete(key);
      session.set('b', 2);
      await expect(session.save()).rejects.toBeInstanceOf(SessionUpdateError);
      expect(await seen(key)).toBeNull();
    });

    test('nor is the old key of one that was moved', async () => {
      const key = await stored();
      const [reader, session] = [await opened(key), await opened(key)];
      await session.cycleKey();
      expect(await inCache(key)).toBe('a mark');
      expect(await seen(key)).toBeNull();
      reader.set('b', 2);
      await expect(reader.save()).rejects.toBeInstanceOf(SessionUpdateError);
      expect(await seen(session.sessionKey!)).toEqual({ a: 1 });
    });
  });

  describe('a refill', () => {
    test('does not put an older state over a write that came in between', async () => {
      const key = await stored({ n: 0 });
      await under.cache.evict(cacheKey(key));
      under.cache.before = async (operation) => {
        if (operation !== 'add') return;
        under.cache.before = () => {};
        await write(key, { n: 1 });
      };
      expect(await seen(key)).toEqual({ n: 0 });
      expect(await seen(key)).toEqual({ n: 1 });
    });

    test('by several at once: the first is as good as any', async () => {
      const key = await stored();
      await under.cache.evict(cacheKey(key));
      const sessions = await Promise.all(Array.from({ length: 5 }, () => opened(key)));
      sessions[3]!.set('b', 2);
      await sessions[3]!.save();
      expect(await seen(key)).toEqual({ a: 1, b: 2 });
    });
  });

  describe('when the cache is away', () => {
    test('the database does everything, and the outage is reported once, without a key', async () => {
      const key = await stored();
      under.cache.broken = true;
      expect(await seen(key)).toEqual({ a: 1 });
      await write(key, { b: 2 });
      expect(await seen(key)).toEqual({ a: 1, b: 2 });
      const session = await opened(key);
      await session.cycleKey();
      expect(await seen(session.sessionKey!)).toEqual({ a: 1, b: 2 });
      await session.flush();
      expect(await seen(key)).toBeNull();
      await stored();
      expect(under.reports).toHaveLength(1);
      expect(under.reports[0]).toBeInstanceOf(SessionStoreError);
      expect(under.reports[0]!.message).toBe('The session store failed at load in the cache.');
      const told = under.reports[0]!.stack + String((under.reports[0]!.cause as Error).stack);
      expect(told).toContain('cache away at :1:django.contrib.sessions.cached_db[session key]');
      expect(told).not.toContain(key);
    });

    test('a second outage is reported again', async () => {
      const key = await stored();
      for (const broken of [true, false, true]) {
        under.cache.broken = broken;
        await opened(key);
      }
      expect(under.reports).toHaveLength(2);
    });

    test('what was written meanwhile is what is read when it is back', async () => {
      const key = await stored({ n: 0 });
      under.cache.broken = true;
      await write(key, { n: 1 });
      under.cache.broken = false;
      expect(await inCache(key)).toEqual({ n: 0 });
      expect(await seen(key)).toEqual({ n: 1 });
      expect(await inCache(key)).toBe('a mark');
    });

    test('a log-out meanwhile stays one when it is back, as soon as anybody asks it anything', async () => {
      const key = await stored();
      const other = await stored();
      under.cache.broken = true;
      await engine.delete(key);
      expect(await seen(other)).toEqual({ a: 1 });
      under.cache.broken = false;
      expect(await inCache(key)).toEqual({ a: 1 });
      await opened(other);
      await settled();
      expect(await inCache(key)).toBe('a mark');
      expect(await seen(key)).toBeNull();
    });

    test('a cache that reads and does not write is believed in nothing that changed', async () => {
      const key = await stored({ n: 0 });
      under.cache.broken = (operation) => operation !== 'get';
      await write(key, { n: 1 });
      expect(await seen(key)).toEqual({ n: 1 });
      await write(key, { n: 2 });
      await engine.delete(key);
      expect(await seen(key)).toBeNull();
    });

    test('an error of the database is one, and the cache does not hide it', async () => {
      const key = await stored();
      const broken = under.engine({}, [SECRET], (database) => ({
        ...noted(database, []),
        save: () => Promise.reject(new Error('no database')),
        delete: () => Promise.reject(new Error('no database')),
      }));
      const session = await new Session<any>(storeOn(broken, under.clock, {}), key).load();
      session.set('b', 2);
      await expect(session.save()).rejects.toBeInstanceOf(SessionStoreError);
      expect(await inCache(key)).toEqual({ a: 1 });
      await expect(session.flush()).rejects.toBeInstanceOf(SessionStoreError);
      // A mark has nothing to hide: it sends to the database, which still has the session.
      expect(await inCache(key)).toBe('a mark');
      expect(await under.engine().load(key)).toMatchObject({ payload: expect.stringContaining('a') });
    });
  });

  describe('an entry that cannot be read', () => {
    test('is reported, and the database answers', async () => {
      const key = await stored();
      for (const value of [Buffer.from('nonsense'), Buffer.alloc(0), Buffer.of(0x80, 4, 0x51), Buffer.from([0xff])]) {
        await under.cache.plant(cacheKey(key), value, under.clock.now() + 1000);
        expect(await seen(key)).toEqual({ a: 1 });
      }
      expect(under.reports).toHaveLength(4);
      await write(key, { b: 2 });
      expect(await inCache(key)).toEqual({ a: 1, b: 2 });
    });
  });

  test('what the database engine cannot do, this one cannot either', () => {
    const { load, exists, create, save, delete: remove } = noted(under.database.engine(), []);
    const bare = under.engine({}, [SECRET], () => ({ plain: true, load, exists, create, save, delete: remove }));
    expect(bare.cycle).toBeUndefined();
    expect(bare.clearExpired).toBeUndefined();
    expect(engine.clearExpired).toBeDefined();
  });

  test('a database engine of another kind: without dates nothing is refilled, without texts the row is read before a write', async () => {
    const versions = new Map<unknown, unknown>();
    const other = under.engine({}, [SECRET], (database) => ({
      ...noted(database, asked),
      async load(key: string) {
        asked.push('db.load');
        const row = await database.load(key);
        return row && { payload: row.payload, version: tell(row.version) };
      },
      async create(payload: string, expiresAt: number) {
        asked.push('db.create');
        const { key, version } = await database.create(payload, expiresAt);
        return { key, version: tell(version) };
      },
      async save(key: string, payload: string, expiresAt: number, expected?: unknown) {
        asked.push('db.save');
        const saved = await database.save(key, payload, expiresAt, versions.get(expected));
        return saved && { key, version: tell(saved.version) };
      },
    }));
    const tell = (version: unknown) => {
      const number = versions.size + 1;
      versions.set(number, version);
      return number;
    };
    const otherStore = storeOn(other, under.clock, {});
    const session = new Session<any>(otherStore);
    session.set('n', 0);
    await session.save();
    const key = session.sessionKey!;
    const [first, second] = [
      await new Session<any>(otherStore, key).load(),
      await new Session<any>(otherStore, key).load(),
    ];
    first.set('a', 1);
    second.set('b', 1);
    expect(await during(() => first.save())).toEqual(['db.load', 'db.save', 'compareAndSet']);
    await second.save();
    expect(await inDatabase(key)).toEqual({ n: 0, a: 1, b: 1 });
    await under.cache.evict(cacheKey(key));
    expect(await during(() => new Session<any>(otherStore, key).load())).toEqual(['get', 'db.load']);
  });
});

describe('shared with Django', () => {
  let under: CachedDbStore;
  let store: SessionStore;
  beforeAll(async () => {
    under = await CachedDbStore.open('pickle');
  });
  beforeEach(async () => {
    await under.wipe();
    under.clock.seconds = 1_700_000_000;
    store = under.store([SECRET]);
  });
  afterAll(() => under.close());

  /** A session as Django leaves it: the row, and the bare pickle of the same mapping. */
  async function ofDjango(row: string, cached = row): Promise<string> {
    const session = new Session<any>(store);
    session.update(JSON.parse(row));
    await session.save();
    const key = session.sessionKey!;
    await under.cache.plant(cacheKey(key), jsonToPickle(cached), under.clock.now() + 1_000_000);
    under.cache.operations.length = 0;
    return key;
  }
  const rowOf = async (key: string) =>
    ((await under.stored(SECRET)) as any[]).find((one) => one.where === 'db' && one.key === key).data;

  test('its entry is read', async () => {
    const session = await new Session<any>(store, await ofDjango('{"a":1}')).load();
    expect(session.get('a')).toBe(1);
    expect(under.cache.operations).toEqual(['get']);
  });

  test('a write on it is safe, though it does not name its row', async () => {
    const key = await ofDjango('{"a":1}');
    const [first, second] = [await new Session<any>(store, key).load(), await new Session<any>(store, key).load()];
    first.set('b', 1);
    second.set('c', 1);
    await first.save();
    await second.save();
    expect(await rowOf(key)).toEqual({ a: 1, b: 1, c: 1 });
  });

  test('a write on one that is out of date is made on what the row says', async () => {
    const key = await ofDjango('{"a":2,"b":2}', '{"a":1}');
    const session = await new Session<any>(store, key).load();
    expect(session.get('a')).toBe(1);
    session.set('c', 3);
    await session.save();
    expect(await rowOf(key)).toEqual({ a: 2, b: 2, c: 3 });
  });

  test('what we leave for it is the mapping, and a mark is None, with which it asks the database', async () => {
    const session = new Session<any>(store);
    session.set('a', 1);
    await session.save();
    const value = async () => (await under.cache.entries())[0]!.value;
    expect(pickleToJson(await value())).toBe('{"a":1}');
    await session.flush();
    expect((await value()).subarray(-2)).toEqual(Buffer.from('N.'));
  });
});

/** The engine, with every call noted as `db.…`. */
function noted(engine: SessionEngine, log: string[]): SessionEngine {
  const note =
    <A extends unknown[], R>(name: string, method: (...args: A) => R) =>
    (...args: A) => {
      log.push(`db.${name}`);
      return method.apply(engine, args);
    };
  return {
    plain: true,
    load: note('load', engine.load),
    exists: note('exists', engine.exists),
    create: note('create', engine.create),
    save: note('save', engine.save),
    delete: note('delete', engine.delete),
    ...(engine.cycle && { cycle: note('cycle', engine.cycle) }),
    ...(engine.clearExpired && { clearExpired: note('clearExpired', engine.clearExpired) }),
  };
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
