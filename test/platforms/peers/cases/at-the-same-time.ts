import { afterAll, expect, test } from '@jest/globals';
import { redisOrSkip } from '../../../support/services.js';
import type { Peer } from '../peer.js';
import { peerSceneOf } from '../peer-scene.js';
import { RedisPeerStore } from '../redis-peer-store.js';

const describeWithRedis = await redisOrSkip();

/** On a real server, by connect-redis. */
export function atTheSameTime(peer: Peer): void {
  describeWithRedis('requests of one visitor, with Redis', () => {
    const redis = new RedisPeerStore();
    const scene = peerSceneOf(peer, 'sparing', redis);
    afterAll(() => redis.close());

    test('what a route costs that does not use the session', async () => {
      await scene.visitor.get('/json');
      redis.commands.length = 0;
      await scene.visitor.get('/untouched');
      expect(redis.commands).toEqual(peer.name === 'express-session' ? ['get', 'expire'] : ['get']);
    });

    test('two that write', async () => {
      await scene.visitor.post('/set/before');
      const { release, reached } = scene.store.hold(1);
      const slow = scene.visitor.post('/set/slow');
      await reached;
      await scene.visitor.post('/set/quick');
      release();
      await (await slow).text();
      expect(await scene.held()).toEqual({ before: true, slow: true });
    });

    test('a log-out, and a write that was slower', async () => {
      await scene.visitor.post('/set/before');
      const other = scene.twin();
      const { release, reached } = scene.store.hold(1);
      const slow = other.post('/set/slow');
      await reached;
      expect((await scene.visitor.post('/log-out')).status).toBe(200);
      release();
      expect((await slow).status).toBe(201);
      expect(await scene.held(other)).toEqual({ before: true, slow: true });
    });
  });
}
