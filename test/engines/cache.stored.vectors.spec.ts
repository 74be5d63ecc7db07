import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { djangoCacheKey } from '../../libs/sessions/src/cache/django-cache-key.js';
import { VALUE_CODECS } from '../../libs/sessions/src/cache/value-codec.js';
import { pickleToJson } from '../../libs/sessions/src/cache/pickle-to-json.js';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { CacheStore } from '../support/cache-store.js';
import { CachedDbStore } from '../support/cached-db-store.js';
import { vectors } from '../support/vectors.js';

const SESSION_KEY = 'yshvjy43yzquvvq8lkcluulmjagcr41w';
const FAR = Date.UTC(9999, 0, 1);

describe('keys are those of Django', () => {
  test.each(vectors('cache', 'cache_keys'))('$in.engine $in.key_prefix $in.version', ({ in: given, out }) => {
    const options = { keyPrefix: given.key_prefix, version: given.version };
    expect(djangoCacheKey(`django.contrib.sessions.${given.engine}${given.session_key}`, options)).toBe(out);
  });

  test.each(vectors('cache', 'cache_keys'))('… and the engines use them: $name', async ({ in: given, out }) => {
    const options = { keyPrefix: given.key_prefix, version: given.version };
    const under =
      given.engine === 'cache' ? new CacheStore('json', options) : await CachedDbStore.open('json', options);
    await under.store(['secret'], {}, { newKey: () => given.session_key }).create(jsonSerializer.loads('{}'));
    expect((await under.cache.entries()).map(({ key }) => key)).toEqual([out]);
    if (under instanceof CachedDbStore) await under.close();
  });
});

/** What never was in a cache of ours, as it had expired when it was written. */
const isReadable = ({ ttl }: { ttl: number }) => ttl > 0;

describe.each(['json', 'pickle'] as const)(
  'entries have the key and the lifetime that Django gives them; values: %s',
  (values) => {
    const cache = new CacheStore(values);
    let cachedDb: CachedDbStore;
    beforeAll(async () => {
      cachedDb = await CachedDbStore.open(values);
    });
    beforeEach(() => Promise.all([cache.wipe(), cachedDb.wipe()]));
    afterAll(() => cachedDb.close());

    const written = ({ out }: { out: unknown }) => Array.isArray(out);

    test.each(vectors('stored', 'stored_cache').filter(written))('cache, $name', async ({ in: given, out }) => {
      cache.clock.seconds = given.now;
      await cache
        .store([given.secret], {}, { newKey: () => given.session_key })
        .create(jsonSerializer.loads(given.payload));
      expect((await cache.stored()).map(({ where, key, ttl }) => ({ where, key, ttl }))).toEqual(
        out.filter(isReadable),
      );
      for (const { value } of await cache.cache.entries())
        expect(VALUE_CODECS[values].unpack(value)).toBe(given.payload);
    });

    test.each(vectors('stored', 'stored_cached_db').filter(written))('cached_db, $name', async ({ in: given, out }) => {
      const [row, entry] = out;
      cachedDb.clock.seconds = given.now;
      const store = cachedDb.store([given.secret], {}, { newKey: () => given.session_key });
      await store.create(jsonSerializer.loads(given.payload));
      const stored: any[] = await cachedDb.stored(given.secret);
      expect(
        stored.filter(({ where }) => where === 'cache').map(({ key, ttl }) => ({ where: 'cache', key, ttl })),
      ).toEqual([entry].filter(isReadable));
      const [{ session_data, ...rest }] = (await cachedDb.database.rows()) as [any];
      expect(rest).toEqual({ session_key: row.key, expire_date: row.expire_date });
      const codec = new SessionCodec([given.secret]);
      expect(codec.decode(session_data)).toEqual(codec.decode(row.session_data));
    });
  },
);

describe("what Django's cache engine has put into a cache is read, and carried", () => {
  const entries = [...vectors('cache', 'redis'), ...vectors('cache', 'memcached')].filter(
    ({ in: given }) => given.payload !== undefined && given.engine !== 'cached_db',
  );

  test.each(entries)('$name', async ({ in: given, out }) => {
    const under = new CacheStore('pickle', { keyPrefix: given.KEY_PREFIX, version: given.VERSION });
    await under.cache.plant(out.key, Buffer.from(out.value_b64, 'base64'), FAR);
    const session = await new Session<any>(under.store([]), given.session_key).load();
    session.set('ours', 1);
    await session.save();
    const [entry] = await under.cache.entries();
    expect(pickleToJson(entry!.value)).toBe(given.payload.replace(/\}$/, ',"ours":1}'));
    expect(entry!.key).toBe(out.key);
  });
});

describe('a session that cannot be read in full', () => {
  const refused = vectors('cache', 'pickles').filter(({ name }) => ['bytes', 'set', 'naive-datetime'].includes(name));

  test.each(refused)('$name: is an error with the path, and stays as it is', async ({ out }) => {
    const value = Buffer.from(out.protocol_5, 'base64');
    const key = djangoCacheKey(`django.contrib.sessions.cache${SESSION_KEY}`);
    const under = new CacheStore('pickle');
    await under.cache.plant(key, value, FAR);
    const session = new Session<any>(under.store([]), SESSION_KEY);
    await expect(session.load()).rejects.toThrow(/^session value \w is .*, which JSON cannot carry back/);
    await expect(session.save()).rejects.toThrow('which JSON cannot carry back');
    expect((await under.cache.entries()).map((entry) => entry.value)).toEqual([value]);
  });

  test('bytes of another kind than the option values says are told, and not taken for no session', async () => {
    const key = djangoCacheKey(`django.contrib.sessions.cache${SESSION_KEY}`);
    const pickles = new CacheStore('json');
    await pickles.cache.plant(key, Buffer.of(0x80, 4, 0x7d, 0x2e), FAR);
    await expect(pickles.engine().load(SESSION_KEY)).rejects.toThrow("set its option values to 'pickle'");
    const texts = new CacheStore('pickle');
    await texts.cache.plant(key, Buffer.from('{}'), FAR);
    await expect(texts.engine().load(SESSION_KEY)).rejects.toThrow('The cache holds no pickles');
  });
});
