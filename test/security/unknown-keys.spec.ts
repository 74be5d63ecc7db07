import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Session } from '../../libs/sessions/src/core/session.js';
import { newSessionKey } from '../../libs/sessions/src/core/session-key.js';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { SessionStore } from '../../libs/sessions/src/core/session-store.js';
import { express, fastify } from '../platforms/platform.js';
import { attacked, type Attacked } from './support/attacked.js';
import { ODD_KEYS } from './support/odd-keys.js';
import { type Store, STORES } from './support/stores.js';

const KEYS = 10_000;
const AT_ONCE = 50;

describe.each(STORES)('$name', ({ open }) => {
  let store: Store;
  let sessions: SessionStore;
  beforeAll(async () => {
    store = await open();
    sessions = new SessionStore(store.engine, {
      cookieAge: 3600,
      expireAtBrowserClose: false,
      absoluteAge: null,
      timeZone: 'UTC',
      concurrency: 'merge',
      serializer: jsonSerializer,
      clock: Date.now,
    });
  });
  afterAll(() => store.close());

  test('Django CVE-2015-5143: unknown keys create no rows', async () => {
    let known = 0;
    for (let n = 0; n < KEYS; n += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, async () => {
        const session = await new Session(sessions, newSessionKey()).load();
        known += Number(session.sessionKey !== null || session.size > 0);
      });
      await Promise.all(some);
    }
    expect(known).toBe(0);
    expect(await store.count()).toBe(0);
  }, 60_000);

  test('Django CVE-2015-3982: an empty key, or one that is none, is valid nowhere', async () => {
    const own = await sessions.create(jsonSerializer.loads('{"user":"ann"}'));
    const before = await store.count();
    for (const key of [...ODD_KEYS, own.key.toUpperCase(), `${own.key} `, ` ${own.key}`, `${own.key}\0`]) {
      const session = new Session<any>(sessions, key);
      await session.load();
      expect(session.sessionKey).toBeNull();
      expect(session.size).toBe(0);
      expect(await sessions.load(key)).toBeNull();
      expect(await sessions.exists(key)).toBe(false);
      await sessions.delete(key);
    }
    expect(await store.count()).toBe(before);
    expect({ ...(await sessions.load(own.key))?.data }).toEqual({ user: 'ann' });
    await sessions.delete(own.key);
  });

  describe.each([express, fastify])('over HTTP, on $name', (platform) => {
    let target: Attacked;
    beforeAll(async () => {
      target = await attacked(platform, { engine: store.engine });
    });
    afterAll(() => target.app.close());

    test('aiohttp-session CVE-2018-1000519: a key that a visitor makes up is never adopted', async () => {
      const before = await store.sessions();
      const invented = newSessionKey();
      const visitor = target.visitor();
      visitor.cookies.set('sessionid', invented);
      expect(await (await visitor.get('/read')).json()).toEqual({});
      expect(visitor.cookies.has('sessionid')).toBe(false);
      expect(await store.sessions()).toBe(before);

      visitor.cookies.set('sessionid', invented);
      await visitor.post('/write');
      expect(visitor.cookies.get('sessionid')).toMatch(/^[a-z0-9]{32}$/);
      expect(visitor.cookies.get('sessionid')).not.toBe(invented);
      expect(await store.sessions()).toBe(before + 1);
      expect(await target.shown(visitor.cookies.get('sessionid')!)).toEqual({ visits: 1 });
      expect(await target.shown(invented)).toEqual({});
    });

    test('Django CVE-2015-5963, CVE-2015-5964: a log-out makes no empty rows', async () => {
      const before = await store.sessions();
      const visitor = target.visitor();
      await visitor.post('/write');
      const { cookies } = visitor;
      const key = cookies.get('sessionid')!;
      expect(await store.sessions()).toBe(before + 1);
      const answer = await visitor.post('/logout');
      expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^sessionid="";.*Max-Age=0/)]);
      expect(await store.sessions()).toBe(before);

      // The same cookie again, one that is made up, and none at all.
      for (const cookie of [key, newSessionKey(), undefined]) {
        for (const path of ['/logout', '/empty']) {
          const guest = target.visitor();
          if (cookie) guest.cookies.set('sessionid', cookie);
          await guest.post(path);
          expect(guest.cookies.has('sessionid')).toBe(false);
        }
      }
      expect(await store.sessions()).toBe(before);
    });

    test('a log-out with a key that is made up leaves nothing behind, a mark in a cache included', async () => {
      const before = await store.count();
      for (let n = 0; n < 20; n++) {
        const visitor = target.visitor();
        visitor.cookies.set('sessionid', newSessionKey());
        expect((await visitor.post('/logout')).status).toBe(201);
      }
      expect(await store.count()).toBe(before);
    });
  });
});
