import { describe, expect, test } from '@jest/globals';
import { CartGateway, cartParts } from '../support/cart.gateway.js';
import { type Scene, sceneOf } from '../support/scene.js';
import type { Transport } from '../support/transport.js';

export function watchingCases(transport: Transport): void {
  describe('the end of a session', () => {
    const scene = sceneOf(transport, cartParts);

    test('by logging out over HTTP closes the socket at once', async () => {
      const peer = await connected(scene);
      await scene.post('/logout');
      expect(await peer.closed).toBe(transport.ended);
    });

    test('by logging in over HTTP, which changes the key, closes the socket at once', async () => {
      const peer = await connected(scene);
      await scene.post('/login', { user: 'bob' });
      expect(await peer.closed).toBe(transport.ended);
      expect(await (await scene.open()).next('hello')).toMatchObject({ user: 'bob' });
    });

    test('closes all the sockets of the session, and no other', async () => {
      const peers = [await connected(scene), await connected(scene)];
      const mine = scene.visitor;
      await scene.before();
      const other = await connected(scene);
      await mine.post('/logout');
      await Promise.all(peers.map(async (peer) => expect(await peer.closed).toBe(transport.ended)));
      other.send('read');
      expect(await other.next('cart')).toEqual([]);
      expect(scene.watch.size).toBe(1);
    });

    test('in another process is found when the sessions are looked for', async () => {
      const other = await scene.another();
      const peer = await connected(scene);
      await other.post('/logout');
      expect(scene.watch.size).toBe(1);
      await scene.sessions.checkSockets();
      expect(await peer.closed).toBe(transport.ended);
    });

    test('by its age is found when the sessions are looked for', async () => {
      const peer = await connected(scene);
      scene.clock.seconds += 1_209_600 - 1;
      await scene.sessions.checkSockets();
      expect(scene.watch.size).toBe(1);
      scene.clock.seconds += 1;
      await scene.sessions.checkSockets();
      expect(await peer.closed).toBe(transport.ended);
    });

    test('that comes while it is being loaded is not missed', async () => {
      const { release, reached } = scene.engine.hold('loaded');
      const peer = await scene.open();
      await reached;
      await scene.post('/logout');
      release();
      expect(await peer.closed).toBe(transport.ended);
    });

    test('closes no socket that had no session', async () => {
      const peer = await connected(scene, `sessionid=${'x'.repeat(32)}`);
      expect(scene.watch.size).toBe(0);
      expect(scene.watch.isWatching).toBe(false);
      peer.send('read');
      expect(await peer.next('cart')).toEqual([]);
    });

    test('is of no interest when the socket has closed: nothing is kept of it', async () => {
      const peers = [await connected(scene), await connected(scene)];
      expect(scene.watch.size).toBe(2);
      for (const [index, peer] of peers.entries()) {
        const left = scene.app.get(CartGateway).hasLeft();
        await peer.close();
        await left;
        expect(scene.watch.size).toBe(1 - index);
      }
      expect(scene.watch.isWatching).toBe(false);
    });

    test('is of no interest when the socket closes while its session is being loaded', async () => {
      const left = scene.app.get(CartGateway).hasLeft();
      const { release, reached } = scene.engine.hold('load');
      const peer = await scene.open();
      await reached;
      await peer.close();
      await left;
      const loaded = scene.engine.reaches('loaded');
      release();
      await loaded;
      await new Promise(setImmediate);
      expect(scene.watch.size).toBe(0);
    });
  });
}

async function connected(scene: Scene, cookie?: string) {
  const peer = await scene.open(cookie);
  await peer.next('hello');
  return peer;
}
