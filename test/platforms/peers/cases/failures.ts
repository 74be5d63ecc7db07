import { describe, expect, test } from '@jest/globals';
import type { Peer } from '../peer.js';
import { peerSceneOf } from '../peer-scene.js';

export function failures(peer: Peer): void {
  describe('what fails', () => {
    const scene = peerSceneOf(peer, 'sparing');
    const isExpress = peer.name === 'express-session';

    test('a save', async () => {
      scene.store.broken = true;
      const response = await scene.visitor.get('/json');
      const seen = {
        status: response.status,
        cookies: response.headers.getSetCookie().length,
        body: await response.json(),
      };
      expect(seen).toEqual(
        isExpress
          ? { status: 200, cookies: 1, body: { ok: true } }
          : // What went wrong in the store is told to the visitor.
            {
              status: 500,
              cookies: 0,
              body: { statusCode: 500, error: 'Internal Server Error', message: 'connection lost' },
            },
      );
    });

    test('the store, on a route that does not use the session', async () => {
      await scene.visitor.get('/json');
      scene.store.broken = true;
      expect((await scene.visitor.get('/untouched')).status).toBe(500);
    });

    test.each([
      ['throws', 500],
      ['client-error-as-server-error', 502],
    ])('the handler: %s', async (how, status) => {
      const response = await scene.visitor.get(`/${how}`);
      expect(response.status).toBe(status);
      expect(response.headers.getSetCookie()).toHaveLength(1);
      expect(await scene.held()).toEqual({ how });
    });
  });
}
