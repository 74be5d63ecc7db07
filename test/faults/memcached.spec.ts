import { expect, test } from '@jest/globals';
import { programOrSkip } from '../support/own-server.js';
import { faultCases } from './fault-cases.js';
import { expectUnavailable } from './support/expectations.js';
import { memcachedStore } from './support/memcached-store.js';

programOrSkip('memcached')('sessions in a cache on Memcached', () => {
  const scene = faultCases({
    open: memcachedStore,
    hasServer: true,
    canBeFull: false,
    isEmptyAfterRestart: true,
    answersToLogIn: 2,
  });

  test('it is full: a write is a 503, and others keep their sessions', async () => {
    const { shop } = scene;
    const [reader, writer] = [await shop.known(), await shop.known()];
    await scene.during(scene.fault('full'), async () => {
      expectUnavailable([await shop.ask(shop.visitor(), 'POST /write'), await shop.ask(writer, 'POST /write')]);
    });
    expect(await shop.dataOf(reader)).toEqual({ visits: 1 });
    // What Memcached has no room to replace it drops, lest it be out of date: no place for sessions that must stay.
    expect(await shop.dataOf(writer)).toEqual({});
  });
});
