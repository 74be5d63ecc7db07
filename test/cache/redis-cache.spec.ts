import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { RedisCache } from '../../libs/sessions/src/cache/redis-cache.js';
import { OwnServer, programOrSkip } from '../support/own-server.js';
import { TestClock, vectors } from '../support/vectors.js';

const describeRedis = programOrSkip('redis-server');
const value = Buffer.from('{"a":1}');
const soon = () => Date.now() + 60_000;

describeRedis('on a server of our own', () => {
  let server: OwnServer;
  let client: Redis;
  let cache: RedisCache;
  beforeAll(async () => {
    server = await OwnServer.redis();
    client = new Redis(server.port, '127.0.0.1');
    cache = new RedisCache(client);
  });
  afterAll(async () => {
    await client.quit();
    await server.remove();
  });

  /** The commands the server counts, without those that scripts make. */
  async function commandsDuring(work: () => Promise<unknown>): Promise<Record<string, number>> {
    const other = client.duplicate();
    await other.config('RESETSTAT');
    await work();
    const stats = await other.info('commandstats');
    await other.quit();
    const counted = [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, calls]) => [
      name,
      Number(calls),
    ]);
    return Object.fromEntries(counted.filter(([name]) => !/^(?:config|info|client|hello|command)/.test(String(name))));
  }

  describe('lifetimes', () => {
    const clock = new TestClock(1_700_000_000.75);
    const timeouts = vectors('cache', 'redis_timeouts').filter(({ in: given }) => given.timeout !== null);

    test.each(timeouts)('$name seconds', async ({ name, in: given, out }) => {
      const frozen = new RedisCache(client, { clock: clock.now });
      const expiresAt = (clock.seconds + given.timeout) * 1000;
      await frozen.set(`t${name}`, value, soon());
      await frozen.set(`t${name}`, value, expiresAt);
      const left = await client.pttl(`t${name}`);
      // Django's whole seconds, and for us the fraction too; TTL tells seconds that have begun.
      expect(out > 0 ? Math.floor((left + 50) / 1000) : left).toBe(out > 0 ? out : -2);
    });

    test('Infinity is as far away as Redis can count', async () => {
      await cache.set('t', value, Infinity);
      expect(await client.pttl('t')).toBeGreaterThan(9_007_199_254_000_000);
    });

    test('every write renews it', async () => {
      const left = async (key = 't') => Math.round((await client.pttl(key)) / 10_000) * 10;
      await cache.set('t', value, Date.now() + 100_000);
      expect(await left()).toBe(100);
      const written = await cache.replace('t', value, Date.now() + 200_000);
      expect(await left()).toBe(200);
      await cache.compareAndSet('t', written?.version, value, Date.now() + 300_000);
      expect(await left()).toBe(300);
      await cache.move!('t', 'u', value, Date.now() + 400_000);
      expect(await left('u')).toBe(400);
    });
  });

  test('one command an operation', async () => {
    await cache.set('k', value, soon());
    // The scripts are known to the server after their first run.
    await cache.compareAndSet('none', value, value, soon());
    await cache.move!('none', 'other', value, soon());
    expect(await commandsDuring(() => cache.get('k'))).toEqual({ get: 1 });
    expect(await commandsDuring(() => cache.add('k', value, soon()))).toEqual({ set: 1 });
    expect(await commandsDuring(() => cache.set('k', value, soon()))).toEqual({ set: 1 });
    expect(await commandsDuring(() => cache.replace('k', value, soon()))).toEqual({ set: 1 });
    expect(await commandsDuring(() => cache.compareAndSet('k', Buffer.from('x'), value, soon()))).toMatchObject({
      evalsha: 1,
    });
    expect(await commandsDuring(() => cache.move!('k', 'to', value, soon()))).toMatchObject({ evalsha: 1 });
    expect(await commandsDuring(() => cache.delete('k'))).toEqual({ del: 1 });
  });

  test('a server that has forgotten the scripts is sent them again', async () => {
    await client.script('FLUSH');
    await cache.set('k', value, soon());
    expect(await cache.compareAndSet('k', value, Buffer.from('b'), soon())).not.toBeNull();
  });

  test("an application's client stays open, and gets no methods of ours", async () => {
    const before = Object.keys(client).sort();
    const another = new RedisCache(client);
    await another.set('k', value, soon());
    await another.compareAndSet('k', value, value, soon());
    await another.close();
    expect(Object.keys(client).sort()).toEqual(before);
    expect(await client.ping()).toBe('PONG');
  });

  test('what is refused is told without the key', async () => {
    await client.rpush('secretkey', 'not a string');
    const refusal = cache.get('secretkey').catch((error: Error) => error);
    expect(await refusal).toMatchObject({ message: expect.stringMatching(/^Redis refused: WRONGTYPE/) });
    expect(JSON.stringify(Object.entries((await refusal) as object))).not.toContain('secretkey');
  });
});

describeRedis('when Redis is away', () => {
  test('commands fail soon, say why, and work again when it is back', async () => {
    const server = await OwnServer.redis();
    const cache = new RedisCache(`redis://127.0.0.1:${server.port}`);
    await cache.set('k', value, soon());
    await server.stop();
    for (const operation of [
      () => cache.get('secretkey'),
      () => cache.set('secretkey', value, soon()),
      () => cache.compareAndSet('secretkey', value, value, soon()),
    ]) {
      const { error, elapsed } = await failure(operation);
      expect(elapsed).toBeLessThan(2500);
      expect(error.message).toMatch(/^Redis does not answer: connect ECONNREFUSED/);
      expect(error.message + error.stack + JSON.stringify(error)).not.toContain('secretkey');
    }
    await server.start();
    await cache.set('k', value, soon());
    expect((await cache.get('k'))?.value).toEqual(value);
    await cache.close();
    await server.remove();
  });

  test('it was never there: the first command says so', async () => {
    const server = await OwnServer.redis();
    await server.stop();
    const cache = new RedisCache({ host: '127.0.0.1', port: server.port });
    const { error, elapsed } = await failure(() => cache.get('k'));
    expect(error.message).toMatch(/^Redis does not answer: connect ECONNREFUSED/);
    expect(elapsed).toBeLessThan(2500);
    await cache.close();
    await expect(cache.get('k')).rejects.toThrow('This Redis cache was closed.');
    await server.remove();
  });

  test('it hangs: a command ends by itself', async () => {
    const server = await OwnServer.redis();
    const cache = new RedisCache({ host: '127.0.0.1', port: server.port, commandTimeout: 200 });
    await cache.get('k');
    server.freeze();
    const { error, elapsed } = await failure(() => cache.get('k'));
    expect(error.message).toBe('Redis does not answer: Command timed out');
    expect(elapsed).toBeLessThan(1000);
    server.thaw();
    await cache.set('k', value, soon());
    expect((await cache.get('k'))?.value).toEqual(value);
    await cache.close();
    await server.remove();
  });

  async function failure(operation: () => Promise<unknown>): Promise<{ error: Error; elapsed: number }> {
    const begun = Date.now();
    const error = await operation().then(
      () => new Error('it did not fail'),
      (reason: Error) => reason,
    );
    return { error, elapsed: Date.now() - begun };
  }
});

describeRedis('on a Cluster', () => {
  const servers: OwnServer[] = [];
  let cluster: Cluster;
  beforeAll(async () => {
    for (let n = 0; n < 3; n++) servers.push(await OwnServer.redisNode());
    const nodes = servers.map(({ port }) => `127.0.0.1:${port}`);
    const made = spawnSync('redis-cli', ['--cluster', 'create', ...nodes, '--cluster-yes'], { encoding: 'utf8' });
    expect(made.stdout).toContain('All 16384 slots covered');
    cluster = new Cluster(servers.map(({ port }) => ({ host: '127.0.0.1', port })));
  }, 60_000);
  afterAll(async () => {
    await cluster.quit();
    for (const server of servers) await server.remove();
  });

  test('every operation works on whichever server has the key, and there is no move', async () => {
    const cache = new RedisCache(cluster);
    expect(cache.move).toBeUndefined();
    for (let n = 0; n < 20; n++) {
      const key = `:1:cluster${n}`;
      expect(await cache.add(key, value, soon())).not.toBeNull();
      expect(await cache.add(key, value, soon())).toBeNull();
      const version = (await cache.get(key))?.version;
      expect(await cache.compareAndSet(key, version, Buffer.from('b'), soon())).not.toBeNull();
      expect(await cache.compareAndSet(key, version, value, soon())).toBeNull();
      expect(await cache.replace(key, value, soon())).not.toBeNull();
      await cache.delete(key);
      expect(await cache.get(key)).toBeNull();
    }
  });
});

describeRedis('through Sentinel', () => {
  test('the options of ioredis are passed on', async () => {
    const server = await OwnServer.redis();
    const sentinel = await OwnServer.start((port, folder) => {
      const file = join(folder, 'sentinel.conf');
      writeFileSync(file, `port ${port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 ${server.port} 1\n`);
      return ['redis-server', file, '--sentinel', '--logfile', join(folder, 'log')];
    });
    const cache = new RedisCache({ sentinels: [{ host: '127.0.0.1', port: sentinel.port }], name: 'main' });
    await cache.set('k', value, soon());
    expect((await cache.get('k'))?.value).toEqual(value);
    expect(cache.move).toBeDefined();
    await cache.close();
    await sentinel.remove();
    await server.remove();
  });
});
