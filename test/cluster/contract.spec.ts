import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Cluster } from 'ioredis';
import { sessionEngineCases } from 'nestjs-django-sessions/testing';
import { RedisCache } from 'nestjs-django-sessions/redis';
import { CacheEngine } from '../../libs/sessions/src/engines/cache/cache-engine.js';
import { programOrSkip } from '../support/own-server.js';
import { RedisCluster } from './support/redis-cluster.js';

programOrSkip('redis-server')('the cache engine on a Redis Cluster', () => {
  let servers: RedisCluster;
  let client: Cluster;
  beforeAll(async () => {
    servers = await RedisCluster.start();
    client = servers.client();
  }, 60_000);
  afterAll(async () => {
    client?.disconnect();
    await servers?.remove();
  });
  const engine = (clock: () => number) =>
    new CacheEngine(new RedisCache(client, { clock }), { keyPrefix: randomUUID() });

  for (const { name, run } of sessionEngineCases({ make: engine, ownClock: true })) test(name, run);

  describe('commands', () => {
    /** The commands all primaries count, without those that scripts make. */
    async function commandsDuring(work: () => Promise<unknown>): Promise<Record<string, number>> {
      const primaries = await servers.primaries();
      for (const { admin } of primaries) await admin.config('RESETSTAT');
      await work();
      const counts: Record<string, number> = {};
      for (const { admin } of primaries) {
        const stats = await admin.info('commandstats');
        for (const [, name, calls] of stats.matchAll(/^cmdstat_(set|get|del|exists|eval|evalsha):calls=(\d+)/gm)) {
          counts[name!] = (counts[name!] ?? 0) + Number(calls);
        }
      }
      return counts;
    }

    test('every operation is one, on whichever server has the key', async () => {
      const sessions = engine(Date.now);
      const end = Date.now() + 60_000;
      for (let n = 0; n < 10; n++) {
        let key = '';
        let version: unknown;
        expect(await commandsDuring(async () => ({ key, version } = await sessions.create('{}', end)))).toEqual({
          set: 1,
        });
        expect(await commandsDuring(() => sessions.load(key))).toEqual({ get: 1 });
        expect(await commandsDuring(() => sessions.save(key, '{"a":1}', end))).toEqual({ set: 1 });
        // Each server learns the script with its first use.
        ({ version } = (await sessions.save(key, '{}', end, (await sessions.load(key))!.version))!);
        expect(await commandsDuring(() => sessions.save(key, '{"a":1}', end, version))).toMatchObject({ evalsha: 1 });
        expect(await commandsDuring(() => sessions.delete(key))).toEqual({ del: 1 });
      }
    });
  });
});
