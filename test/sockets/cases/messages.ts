import { describe, expect, test } from '@jest/globals';
import { CartGateway, cartParts } from '../support/cart.gateway.js';
import { type Scene, sceneOf } from '../support/scene.js';
import type { Transport } from '../support/transport.js';

export function messageCases(transport: Transport): void {
  describe('messages', () => {
    const scene = sceneOf(transport, cartParts);

    test('connect answers the session that the cookie of the handshake names', async () => {
      expect(await greeting(scene)).toEqual({ user: 'ann', hasKey: true });
    });

    test.each([
      ['no cookie', ''],
      ['a made-up key', `sessionid=${'x'.repeat(32)}`],
      ['what is no key', 'sessionid=../../etc/passwd'],
    ])('connect answers an empty session without a key for %s', async (_, cookie) => {
      expect(await greeting(scene, cookie)).toEqual({ user: '', hasKey: false });
    });

    test('what is changed over the socket is there over HTTP, and the other way round', async () => {
      const peer = await scene.open();
      peer.send('add', 'pear');
      expect(await peer.next('cart')).toEqual(['pear']);
      expect(await scene.cart()).toEqual(['pear']);
      await scene.post('/cart', { item: 'fig' });
      peer.send('read');
      expect(await peer.next('cart')).toEqual(['pear', 'fig']);
    });

    test('a message that reads costs one load', async () => {
      const peer = await scene.open();
      await peer.next('hello');
      const asked = await scene.engine.during(async () => {
        peer.send('read');
        await peer.next('cart');
      });
      expect(asked).toEqual(['load']);
    });

    test('a guard and all parameters share one session: one load, and one save', async () => {
      const peer = await scene.open();
      await peer.next('hello');
      const asked = await scene.engine.during(async () => {
        peer.send('guarded');
        expect(await peer.next('user')).toBe('ann');
      });
      expect(asked).toEqual(['load', 'save']);
      expect(await scene.cart()).toEqual(['guarded']);
    });

    test('a guard sees the session of the socket: who has not logged in is refused', async () => {
      const peer = await scene.open('');
      peer.send('guarded');
      expect(await peer.next('exception')).toMatchObject({ message: 'Forbidden resource' });
    });

    test('messages of one socket that overlap have a session each, and both are kept', async () => {
      const peer = await scene.open();
      peer.send('together', 'left');
      peer.send('together', 'right');
      const seen = [await peer.next('together'), await peer.next('together')];
      expect(seen).toEqual(
        expect.arrayContaining([
          ['user', 'left'],
          ['user', 'right'],
        ]),
      );
      const session = await scene.sessions.fromCookieHeader<any>(scene.cookie);
      expect(session.keys().sort()).toEqual(['left', 'right', 'user']);
    });

    test('a handler that answers nothing is saved', async () => {
      const peer = await scene.open();
      const saved = scene.engine.reaches('saved');
      peer.send('silent', 'plum');
      await saved;
      expect(await scene.cart()).toEqual(['plum']);
    });

    test('a handler that streams is saved before its first value, and when it is done', async () => {
      const peer = await scene.open();
      const { release, reached } = scene.engine.hold('save');
      peer.send('stream');
      await reached;
      // Nothing has come before the save: what had would be taken for the first value.
      peer.send('read');
      expect(await peer.next('cart')).toEqual([]);
      release();
      expect(await peer.next('stream')).toBe('first');
      expect(await scene.cart()).toEqual(['sooner']);
      const saved = scene.engine.reaches('saved');
      await scene.app.get(CartGateway).goOn();
      expect(await peer.next('stream')).toBe('second');
      await saved;
      expect(await scene.cart()).toEqual(['sooner', 'later']);
    });

    test('a handler whose stream has no value is saved', async () => {
      const peer = await scene.open();
      const saved = scene.engine.reaches('saved');
      peer.send('empty stream');
      await saved;
      expect(await scene.cart()).toEqual(['of nothing']);
    });

    test('an endless stream ends with its socket', async () => {
      const peer = await scene.open();
      const stopped = scene.app.get(CartGateway).hasStopped();
      peer.send('endless stream');
      expect(await peer.next('stream')).toBe('first');
      await peer.close();
      await stopped;
      expect(await scene.cart()).toEqual(['endless']);
    });

    test('what a handler changed is kept although its client leaves before it is done', async () => {
      const peer = await scene.open();
      await peer.next('hello');
      const left = scene.app.get(CartGateway).hasLeft();
      const { release, reached } = scene.engine.hold('load');
      peer.send('silent', 'last wish');
      await reached;
      await peer.close();
      await left;
      const saved = scene.engine.reaches('saved');
      release();
      await saved;
      expect(await scene.cart()).toEqual(['last wish']);
    });

    test('nothing is saved of a handler that throws', async () => {
      const peer = await scene.open();
      await peer.next('hello');
      const asked = await scene.engine.during(async () => {
        peer.send('throw');
        expect(await peer.next('exception')).toMatchObject({ message: 'Internal server error' });
      });
      expect(asked).toEqual(['load']);
      expect(await scene.cart()).toEqual([]);
    });

    test('a session that the gateway keeps is what the store has after reload()', async () => {
      const peer = await scene.open();
      await peer.next('hello');
      await scene.post('/cart', { item: 'pear' });
      peer.send('kept');
      expect(await peer.next('kept')).toEqual(['pear']);
      await scene.post('/cart', { item: 'fig' });
      peer.send('kept');
      expect(await peer.next('kept')).toEqual(['pear', 'fig']);
      expect(await scene.cart()).toEqual(['pear', 'fig']);
    });

    test('one that has ended is empty after it, and the socket closes', async () => {
      const other = await scene.another();
      await scene.post('/cart', { item: 'pear' });
      const peer = await scene.open();
      await peer.next('hello');
      await other.post('/logout');
      peer.send('kept');
      expect(await peer.next('kept')).toEqual([]);
      expect(await peer.closed).toBe(transport.ended);
    });

    test('what a handler marks as modified is saved, which renews its age', async () => {
      const peer = await scene.open();
      const day = 86_400;
      scene.clock.seconds += 13 * day;
      peer.send('renew');
      await peer.next('renewed');
      scene.clock.seconds += 13 * day;
      await scene.sessions.checkSockets();
      peer.send('read');
      await peer.next('cart');
      expect(await greeting(scene)).toEqual({ user: 'ann', hasKey: true });
    });
  });
}

export async function greeting(scene: Scene, cookie?: string): Promise<unknown> {
  return (await scene.open(cookie)).next('hello');
}
