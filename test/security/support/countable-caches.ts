import { connect } from 'node:net';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { MemcachedCache } from '../../../libs/sessions/src/cache/memcached-cache.js';
import { RedisCache } from '../../../libs/sessions/src/cache/redis-cache.js';
import type { Cache } from '../../../libs/sessions/src/cache/cache.js';
import { OwnServer } from '../../support/own-server.js';
import { RecordedCache } from '../../support/recorded-cache.js';
import { REDIS_URL } from '../../support/services.js';

/** A cache that tells what is in it: ours alone, though the server may hold other things. */
export interface CountableCache {
  cache: Cache;
  /** What every key of ours begins with. */
  keyPrefix: string;
  count(): Promise<number>;
  /** The values; not to be had from Memcached. */
  values?(): Promise<Buffer[]>;
  close(): Promise<void>;
}

export async function memoryCache(): Promise<CountableCache> {
  const cache = new RecordedCache(Date.now);
  const values = async () => (await cache.entries()).map(({ value }) => value);
  return { cache, keyPrefix: '', values, count: async () => (await values()).length, close: async () => {} };
}

export async function redisCache(): Promise<CountableCache> {
  const client = new Redis(REDIS_URL);
  const keyPrefix = `security-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const keys = async () => {
    const found: string[] = [];
    for await (const some of client.scanStream({ match: `${keyPrefix}*`, count: 1000 })) {
      found.push(...(some as string[]));
    }
    return found;
  };
  return {
    cache: new RedisCache(client),
    keyPrefix,
    count: async () => (await keys()).length,
    values: async () => {
      const values = await Promise.all((await keys()).map((key) => client.getBuffer(key)));
      return values.filter((value) => value !== null);
    },
    close: async () => {
      const left = await keys();
      if (left.length > 0) await client.del(left);
      await client.quit();
    },
  };
}

/** On a server of its own: Memcached can count what it holds, and cannot say whose it is. */
export async function memcachedCache(): Promise<CountableCache> {
  const server = await OwnServer.memcached();
  const cache = new MemcachedCache(`127.0.0.1:${server.port}`);
  return {
    cache,
    keyPrefix: '',
    count: () => itemsOf(server.port),
    close: async () => {
      await cache.close();
      await server.remove();
    },
  };
}

async function itemsOf(port: number): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('stats\r\n');
  let text = '';
  while (!text.endsWith('END\r\n')) text += String((await once(socket, 'data'))[0]);
  socket.destroy();
  return Number(/^STAT curr_items (\d+)/m.exec(text)![1]);
}
