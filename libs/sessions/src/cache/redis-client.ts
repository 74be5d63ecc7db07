import type { Cluster, Redis, RedisOptions } from 'ioredis';
import { requiredPeer } from '../core/optional-peer.js';

/**
 * Where Redis is: a URL (`redis://`, `rediss://`, `unix://`), the options of ioredis (host, sentinels,
 * tls …), or a client of the application's, a Cluster too, which then stays the application's to close.
 */
export type RedisLocation = string | RedisOptions | Redis | Cluster;

/** Django: `LOCATION` of its `RedisCache` has no default; this is where Redis listens. */
export const REDIS_LOCATION = 'redis://127.0.0.1:6379';

/** A visitor waits for every command: better an error soon than an answer too late. */
const BOUNDED: RedisOptions = {
  lazyConnect: true,
  connectTimeout: 2000,
  // Also bounds how long a command waits for a connection that is being made again.
  commandTimeout: 2000,
  // Then the connection leads nowhere, whatever it looks like, and another one is made.
  socketTimeout: 3000,
  maxRetriesPerRequest: 1,
  retryStrategy: (attempt) => Math.min(attempt * 50, 500),
};

export function isRedisClient(location: unknown): location is Redis | Cluster {
  return typeof (location as { getBuffer?: unknown } | null)?.getBuffer === 'function';
}

/**
 * Makes a client that connects with its first command and again whenever the connection is lost.
 * Throws `SessionsOptionsError` when ioredis is not installed. `onError` is told of every failed connection.
 */
export async function makeRedisClient(
  location: string | RedisOptions,
  onError: (error: Error) => void,
): Promise<Redis> {
  const Redis = await loadRedis();
  const client = typeof location === 'string' ? new Redis(location, BOUNDED) : new Redis({ ...BOUNDED, ...location });
  // Without a listener ioredis prints each failed connection; with one, commands tell of it.
  client.on('error', onError);
  return client;
}

/** Throws `SessionsOptionsError` when ioredis is not installed. */
export async function loadRedis(): Promise<typeof import('ioredis').Redis> {
  return (await requiredPeer(() => import('ioredis'), "cache backend 'redis'", 'ioredis')).Redis;
}
