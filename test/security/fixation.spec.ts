import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newSessionKey } from '../../libs/sessions/src/core/session-key.js';
import { express, fastify } from '../platforms/platform.js';
import { attacked, type Attacked } from './support/attacked.js';
import { type Store, STORES } from './support/stores.js';

describe.each(STORES)('$name', ({ open }) => {
  let store: Store;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  describe.each([express, fastify])('on $name', (platform) => {
    let target: Attacked;
    beforeAll(async () => {
      target = await attacked(platform, { engine: store.engine });
    });
    afterAll(() => target.app.close());

    test('passport CVE-2022-25896, @fastify/passport CVE-2023-29019, Ghost CVE-2026-70594, web.py CVE-2026-79312: a log-in changes the key, and the old one is dead', async () => {
      // The attacker has a session of his own, and has the victim use its cookie.
      const attacker = target.visitor();
      await attacker.post('/write');
      const planted = attacker.cookies.get('sessionid')!;
      const victim = target.visitor();
      victim.cookies.set('sessionid', planted);
      await victim.post('/login');
      const own = victim.cookies.get('sessionid')!;
      expect(own).toMatch(/^[a-z0-9]{32}$/);
      expect(own).not.toBe(planted);
      expect(await target.shown(own)).toEqual({ visits: 1, user: 'ann' });
      expect(await target.shown(planted)).toEqual({});
      expect(await store.engine.load(planted)).toBeNull();

      // And again at the next log-in, into a session that is logged in already.
      await victim.post('/login');
      expect(victim.cookies.get('sessionid')).not.toBe(own);
      expect(await target.shown(own)).toEqual({});
    });

    test.each([
      ['without a cookie', () => undefined],
      ['with a key that is made up', newSessionKey],
      ['with a cookie that is no key', () => 'attacker'],
      ['with an empty cookie', () => ''],
    ])('a log-in %s draws a key that nobody knew', async (_, cookie) => {
      const visitor = target.visitor();
      const planted = cookie();
      if (planted !== undefined) visitor.cookies.set('sessionid', planted);
      await visitor.post('/login');
      const key = visitor.cookies.get('sessionid')!;
      expect(key).toMatch(/^[a-z0-9]{32}$/);
      expect(key).not.toBe(planted);
      expect(await target.shown(key)).toEqual({ user: 'ann' });
      if (planted) expect(await target.shown(planted)).toEqual({});
    });

    test('a session is found in the cookie alone: not in the address, not in another header', async () => {
      const visitor = target.visitor();
      await visitor.post('/login');
      const key = visitor.cookies.get('sessionid')!;
      for (const [path, headers] of [
        [`/read?sessionid=${key}`, {}],
        [`/read;sessionid=${key}?JSESSIONID=${key}`, {}],
        ['/read', { authorization: `Bearer ${key}`, 'x-session-id': key, sessionid: key }],
      ] as const) {
        const answer = await target.visitor().get(path, { headers });
        if (answer.status === 200) expect(await answer.json()).toEqual({});
        else expect(answer.status).toBe(404);
      }
    });
  });
});
