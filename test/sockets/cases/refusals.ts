import { describe, expect, test } from '@jest/globals';
import { cartParts } from '../support/cart.gateway.js';
import { sceneOf } from '../support/scene.js';
import type { Transport } from '../support/transport.js';
import { greeting } from './messages.js';

const INTERRUPTED =
  "The request's session was deleted before the request completed. The user may have logged out in a concurrent request, for example.";

export function refusalCases(transport: Transport): void {
  describe('when things go wrong', () => {
    const scene = sceneOf(transport, cartParts);

    test('a change meets a session that was ended meanwhile: the client is told, and the socket closes', async () => {
      const other = await scene.another();
      const peer = await scene.open();
      const { release, reached } = scene.engine.hold('save');
      peer.send('add', 'pear');
      await reached;
      await other.post('/logout');
      release();
      expect(await peer.next('exception')).toEqual({
        status: 'error',
        message: INTERRUPTED,
        cause: { pattern: 'add', data: 'pear' },
      });
      expect(await peer.closed).toBe(transport.ended);
    });

    test('a change to a session that was ended before the message: the same', async () => {
      const other = await scene.another();
      const peer = await scene.open();
      await peer.next('hello');
      await other.post('/logout');
      peer.send('add', 'pear');
      expect(await peer.next('exception')).toMatchObject({ message: INTERRUPTED });
      expect(await peer.closed).toBe(transport.ended);
      expect(peer.unread('exception')).toBe(0);
    });

    test('a message that only reads finds such a session empty, and the socket closes', async () => {
      const other = await scene.another();
      await scene.post('/cart', { item: 'pear' });
      const peer = await scene.open();
      await peer.next('hello');
      await other.post('/logout');
      peer.send('read');
      expect(await peer.next('cart')).toEqual([]);
      expect(await peer.closed).toBe(transport.ended);
    });

    test('a filter of the gateway that catches our error shapes it', async () => {
      const other = await scene.another();
      const peer = await scene.open();
      await peer.next('hello');
      await other.post('/logout');
      peer.send('filtered');
      expect(await peer.next('filtered')).toBe('SessionInterruptedError');
    });

    test('a filter of the gateway that catches others does not keep it from the client', async () => {
      const other = await scene.another();
      const peer = await scene.open();
      await peer.next('hello');
      await other.post('/logout');
      peer.send('filtered otherwise');
      expect(await peer.next('exception')).toMatchObject({ message: INTERRUPTED });
    });

    test('a store that fails is told, logged without the key, and ends nothing', async () => {
      const peer = await scene.open();
      await peer.next('hello');
      scene.engine.isDown = true;
      peer.send('add', 'pear');
      expect(await peer.next('exception')).toMatchObject({ message: 'The session store is unavailable.' });
      expect(scene.journal.lines).toEqual(['error The session store failed at load. connection lost']);
      scene.engine.isDown = false;
      peer.send('add', 'fig');
      expect(await peer.next('cart')).toEqual(['fig']);
    });

    test('a store that fails in a guard, around which is no interceptor, is an internal error to Nest', async () => {
      const peer = await scene.open();
      await peer.next('hello');
      scene.engine.isDown = true;
      peer.send('guarded');
      expect(await peer.next('exception')).toMatchObject({ message: 'Internal server error' });
    });

    test('a store that fails at the handshake: the socket is closed, and the gateway goes no further', async () => {
      scene.engine.isDown = true;
      const peer = await scene.open();
      expect(await peer.closed).toBe(transport.turnedAway);
      expect(scene.journal.lines).toEqual(['error The session store failed at load. connection lost']);
      expect(scene.watch.size).toBe(0);
      scene.engine.isDown = false;
      expect(await greeting(scene)).toEqual({ user: 'ann', hasKey: true });
    });

    test('a session that no cookie names is not kept, and one warning says so', async () => {
      const peer = await scene.open('');
      await peer.next('hello');
      const asked = await scene.engine.during(async () => {
        for (const item of ['pear', 'fig']) {
          peer.send('add', item);
          expect(await peer.next('cart')).toEqual([item]);
        }
      });
      expect(asked).toEqual([]);
      expect(scene.journal.lines).toEqual([expect.stringMatching(/^warn A session was changed over a socket/)]);
    });

    test('logging out over the socket ends the session, answers, and closes the socket', async () => {
      const peer = await scene.open();
      peer.send('logout');
      await peer.next('bye');
      expect(await peer.closed).toBe(transport.ended);
      expect(await greeting(scene)).toEqual({ user: '', hasKey: false });
    });
  });

  describe('a key that is changed over a socket', () => {
    const scene = sceneOf(transport, cartParts);

    test('could not be told: a warning says so, and the socket closes', async () => {
      const peer = await scene.open();
      peer.send('cycle');
      await peer.next('cycled');
      expect(await peer.closed).toBe(transport.ended);
      expect(scene.journal.lines).toEqual([expect.stringMatching(/^warn A session was changed over a socket/)]);
    });
  });
}
