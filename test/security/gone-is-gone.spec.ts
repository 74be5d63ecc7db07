import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SessionStore } from '../../libs/sessions/src/core/session-store.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { express, fastify } from '../platforms/platform.js';
import { Visitor } from '../support/browserlike.js';
import { attacked, type Attacked } from './support/attacked.js';
import { type Store, STORES } from './support/stores.js';

describe.each(STORES)('$name', ({ open }) => {
  let store: Store;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  test('rack CVE-2025-46336: a session that was ended is not brought back by a slower request', async () => {
    for (const concurrency of ['merge', 'overwrite'] as const) {
      const sessions = new SessionStore(store.engine, {
        cookieAge: 3600,
        expireAtBrowserClose: false,
        absoluteAge: null,
        timeZone: 'UTC',
        concurrency,
        serializer: jsonSerializer,
        clock: Date.now,
      });
      for (const end of [
        (session: Session<any>) => session.flush(),
        (session: Session<any>) => session.cycleKey(),
        (session: Session<any>) => session.destroy(),
      ]) {
        const { key } = await sessions.create(jsonSerializer.loads('{"user":"ann"}'));
        const before = await store.sessions();
        // All of them have loaded it before it ends, and write after that.
        const slow = await Promise.all(Array.from({ length: 5 }, () => new Session<any>(sessions, key).load()));
        for (const one of slow) one.set('late', true);
        const quick = await new Session<any>(sessions, key).load();
        expect(quick.get('user')).toBe('ann');
        await end(quick);
        for (const [n, one] of slow.entries()) {
          const writes = n % 2 === 0 ? one.save() : one.cycleKey();
          await expect(writes).rejects.toMatchObject({ code: 'SESSION_UPDATE' });
        }
        expect(await sessions.load(key)).toBeNull();
        expect(await store.sessions()).toBeLessThanOrEqual(before);
        if (quick.sessionKey !== null && quick.sessionKey !== key) await quick.flush();
      }
    }
  });

  describe.each([express, fastify])('on $name', (platform) => {
    let target: Attacked;
    let rolling: Attacked;
    beforeAll(async () => {
      target = await attacked(platform, { engine: store.engine });
      rolling = await attacked(platform, { engine: store.engine, saveEveryRequest: true });
    });
    beforeEach(() => {
      target.gate.reset();
      rolling.gate.reset();
    });
    afterAll(async () => {
      await target.app.close();
      await rolling.app.close();
    });

    const paths = ['/held/read', '/held/write', '/held/unloaded'];

    test('Turbo GHSA-qppm-g56g-fpvp: an answer that comes after a log-out does not set the old cookie again', async () => {
      for (const application of [target, rolling]) {
        for (const path of paths) {
          const visitor = application.visitor();
          await visitor.post('/login');
          const key = visitor.cookies.get('sessionid')!;
          application.gate.reset();
          const late = visitorWith(application, key).get(path);
          await application.gate.arrived;
          await visitor.post('/logout');
          application.gate.open();
          const answer = await late;
          // What changed the session is told that it is gone; the others are answered.
          expect(answer.status).toBe(path === '/held/write' ? 400 : 200);
          for (const cookie of answer.headers.getSetCookie()) expect(cookie).toMatch(/^sessionid="";.*Max-Age=0/);
          expect(await application.shown(key)).toEqual({});
          expect(await store.engine.load(key)).toBeNull();
        }
      }
    });
  });
});

function visitorWith({ url }: Attacked, key: string): Visitor {
  const visitor = new Visitor(url);
  visitor.cookies.set('sessionid', key);
  return visitor;
}
