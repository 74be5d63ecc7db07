import { describe, expect, test } from '@jest/globals';
import type { Peer } from '../peer.js';
import { PeerController } from '../peer.controller.js';
import { peerSceneOf } from '../peer-scene.js';

/** What is changed when the head of the answer has left, or while the answer is under way. */
export function lateChanges(peer: Peer): void {
  describe('late changes', () => {
    const scene = peerSceneOf(peer, 'sparing');
    const isExpress = peer.name === 'express-session';

    test.each(['late', 'flush-headers'])('changed after the first byte, on a first visit: %s', async (path) => {
      const before = await scene.stored();
      const response = await scene.visitor.get(`/${path}`);
      expect(response.status).toBe(200);
      await response.text();
      // Nobody is told: not the visitor, not the developer. With express-session a session stays behind that nobody knows.
      expect(response.headers.getSetCookie()).toEqual([]);
      expect((await scene.stored()) - before).toBe(isExpress ? 1 : 0);
      expect(await scene.held()).toEqual({});
    });

    // express-session: it is kept.
    if (!isExpress) {
      test.each(['late', 'flush-headers'])('changed after the first byte, by a visitor known: %s', async (path) => {
        await scene.visitor.post('/set/x');
        await (await scene.visitor.get(`/${path}`)).text();
        expect(await scene.held()).toEqual({ x: true });
      });
    }

    test('changed before and while a file is sent', async () => {
      const { response, pieces } = await scene.begin('/file', 'first');
      expect(response.headers.getSetCookie()).toHaveLength(1);
      // express-session has given the cookie away, and stored nothing for it yet.
      const meanwhile = await scene.held(scene.twin());
      scene.app.get(PeerController).goOn();
      while (!(await pieces.read()).done);
      expect([meanwhile, await scene.held()]).toEqual(
        isExpress ? [{}, { how: 'file', later: true }] : [{ how: 'file' }, { how: 'file' }],
      );
    });

    test('changed before the first event of a stream', async () => {
      await scene.visitor.post('/set/x');
      const { pieces } = await scene.begin('/endless', 'data: one');
      // For as long as it goes on, nothing is stored; @fastify/session never does.
      expect(await scene.held(scene.twin())).toEqual({ x: true });
      await pieces.cancel();
      if (isExpress) while ((await scene.held())['how'] !== 'endless');
      else {
        while (!scene.app.get(PeerController).hasEnded) await scene.visitor.get('/untouched');
        expect(await scene.held()).toEqual({ x: true });
      }
    });
  });
}
