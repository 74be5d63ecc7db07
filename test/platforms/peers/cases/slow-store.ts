import { describe, expect, test } from '@jest/globals';
import { followAtOnce } from '../../follow.js';
import { EXPRESS_SESSION } from '../peer.js';
import { peerSceneOf } from '../peer-scene.js';

/** @fastify/session waits for its store before anything leaves. */
export function slowStore(): void {
  describe('a slow store', () => {
    const scene = peerSceneOf(EXPRESS_SESSION, 'sparing');

    test('a redirect that is followed at once', async () => {
      const { release } = scene.store.hold();
      expect(await followAtOnce(scene.url, '/redirect')).toEqual({});
      release();
    });

    test('what leaves before the save is over', async () => {
      const { release } = scene.store.hold();
      const { response, pieces } = await scene.begin('/json', '{"ok":true');
      expect(response.status).toBe(200);
      expect(response.headers.getSetCookie()).toHaveLength(1);
      release();
      expect(await pieces.read()).toEqual({ done: false, value: '}' });
    });
  });
}
