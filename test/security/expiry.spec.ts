import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SessionEngine } from '../../libs/sessions/src/core/session-engine.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { EncryptedCookiesEngine } from '../../libs/sessions/src/engines/encrypted-cookies/encrypted-cookies-engine.js';
import { SignedCookiesEngine } from '../../libs/sessions/src/engines/signed-cookies/signed-cookies-engine.js';
import { storeOn } from '../support/store-under-test.js';
import { TestClock } from '../support/vectors.js';
import { type Store, STORES } from './support/stores.js';

const clock = () => {
  const turned = new TestClock(Date.now() / 1000);
  return { turned, now: () => turned.seconds * 1000 };
};

describe.each(STORES)('$name', ({ open }) => {
  let store: Store;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  test('@fastify/session CVE-2024-35220: what has expired is no session, however long new ones live', async () => {
    const { turned } = clock();
    const sessions = storeOn(store.engine, turned, { cookieAge: 3600 });
    for (const expiry of [-1, -3600, { seconds: -1 }, new Date(Date.now() - 1000)]) {
      const session = new Session<any>(sessions);
      session.set('user', 'ann');
      session.setExpiry(expiry);
      await session.save();
      const key = session.sessionKey!;
      // Whoever reads it may have other settings by now; the browser may have kept the cookie.
      for (const cookieAge of [3600, 1_209_600]) {
        const again = await new Session<any>(storeOn(store.engine, turned, { cookieAge }), key).load();
        expect(again.sessionKey).toBeNull();
        expect(again.size).toBe(0);
      }
    }
  });

  test('an absolute age ends a session that is used all the time', async () => {
    const { turned } = clock();
    const sessions = storeOn(store.engine, turned, { cookieAge: 86_400, absoluteAge: 7200 });
    const first = new Session<any>(sessions);
    first.set('visits', 1);
    await first.save();
    const key = first.sessionKey!;
    for (const minutes of [50, 50]) {
      turned.seconds += minutes * 60;
      const used = await new Session<any>(sessions, key).load();
      expect(used.get('visits')).toBe(1);
      await used.save();
    }
    turned.seconds += 21 * 60;
    expect(await sessions.load(key)).toBeNull();
  });
});

describe.each<[string, (now: TestClock) => SessionEngine]>([
  ['signed_cookies', ({ now }) => new SignedCookiesEngine({ secrets: ['secret'], cookieAge: 3600, clock: now })],
  ['encrypted_cookies', ({ now }) => new EncryptedCookiesEngine({ secrets: ['secret'], cookieAge: 3600, clock: now })],
])('%s', (_, make) => {
  test('secure-session CVE-2024-31999: a cookie that was copied before a log-out ends with its age, and not later', async () => {
    const { turned } = clock();
    const sessions = storeOn(make(turned), turned, { cookieAge: 3600 });
    const session = new Session<any>(sessions);
    session.set('user', 'ann');
    await session.save();
    const copied = session.sessionKey!;
    await session.flush();
    expect(session.sessionKey).toBeNull();
    // What docs/security.md says of these engines, and what ends it.
    turned.seconds += 3599;
    expect((await new Session<any>(sessions, copied).load()).get('user')).toBe('ann');
    turned.seconds += 2;
    expect((await new Session<any>(sessions, copied).load()).size).toBe(0);
  });
});
