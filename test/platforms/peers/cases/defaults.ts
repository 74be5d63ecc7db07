import { describe, expect, test } from '@jest/globals';
import type { Peer } from '../peer.js';
import { peerSceneOf } from '../peer-scene.js';

/** With the peer's own settings. */
export function defaults(peer: Peer): void {
  describe('by default', () => {
    const scene = peerSceneOf(peer, 'default');

    test('a visit without a cookie, to a route that does not use the session', async () => {
      const before = await scene.stored();
      const response = await scene.visitor.get('/untouched');
      expect(response.headers.getSetCookie()).toHaveLength(1);
      expect((await scene.stored()) - before).toBe(1);
    });

    test('a route that does not use the session, by a visitor known', async () => {
      await scene.visitor.get('/json');
      scene.store.reset();
      await scene.visitor.get('/untouched');
      expect(scene.store.asked).toEqual(['get', 'set']);
    });

    test('a log-out, and a slower request that writes nothing', async () => {
      await scene.visitor.post('/set/before');
      const other = scene.twin();
      const { release, reached } = scene.store.hold(1);
      const slow = other.get('/untouched');
      await reached;
      await scene.visitor.post('/log-out');
      release();
      await (await slow).text();
      expect(await scene.held(other)).toEqual({ before: true });
    });

    test('a log-out, and the cookie', async () => {
      await scene.visitor.post('/set/before');
      const response = await scene.visitor.post('/log-out');
      expect(response.status).toBe(200);
      expect(response.headers.getSetCookie()).toEqual([]);
    });
  });
}
