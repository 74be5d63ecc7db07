import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { Redis } from 'ioredis';
import { DatabaseEngine } from 'nestjs-django-sessions/typeorm';
import type { Cache } from '../../../libs/sessions/src/cache/cache.js';
import { MemcachedCache } from '../../../libs/sessions/src/cache/memcached-cache.js';
import { MemoryCache } from '../../../libs/sessions/src/cache/memory-cache.js';
import { RedisCache } from '../../../libs/sessions/src/cache/redis-cache.js';
import { SessionCodec } from '../../../libs/sessions/src/core/session-codec.js';
import type { SessionEngine } from '../../../libs/sessions/src/core/session-engine.js';
import { signedEngine } from '../../../libs/sessions/src/core/signed-engine.js';
import { CacheEngine } from '../../../libs/sessions/src/engines/cache/cache-engine.js';
import { CachedDbEngine } from '../../../libs/sessions/src/engines/cached-db/cached-db-engine.js';
import { FileEngine } from '../../../libs/sessions/src/engines/file/file-engine.js';
import { RedisCluster } from '../../cluster/support/redis-cluster.js';
import { type DatabaseKind, databasesThatAnswer, dropDatabase, openDatabase } from '../../support/databases.js';
import { programOrSkip } from '../../support/own-server.js';
import { MEMCACHED, memcachedOrSkip, REDIS_URL, redisOrSkip } from '../../support/services.js';
import { gatedCache } from './gated-cache.js';
import { type Pass, watchedEngine, type Witness } from './watched-engine.js';

/** A store that several applications share. */
export interface Ground {
  /** The engine of one of them: what it asks of the store passes `pass`, and the witness hears what decides. */
  engine(pass: Pass, witness: Witness): SessionEngine;
  /** Where a cache stands in front of a table: the table alone. */
  rows?: SessionEngine;
  close(): Promise<void>;
}

export interface GroundKind {
  name: string;
  /** How much of the runs of a store in this process it gets. */
  share: number;
  open(): Promise<Ground>;
}

/** It stands still: a run is to be the same whenever it is repeated. Caches count lifetimes from it. */
export const NOW = Date.now();
const clock = () => NOW;

const signed = (engine: SessionEngine) => signedEngine(engine, new SessionCodec(['secret']), clock, () => {});
const fresh = () => `concurrency${randomBytes(6).toString('hex')}`;

interface OpenCache {
  cache: Cache;
  close(): Promise<void>;
}

const inMemory = async (): Promise<OpenCache> => ({ cache: new MemoryCache({ clock }), close: async () => {} });
/** One in which a changed key takes steps, as on Memcached and on a Cluster. */
const inMemoryWithoutMove = async (): Promise<OpenCache> => {
  const cache: Cache = new MemoryCache({ clock });
  return { cache: Object.assign(cache, { move: undefined }), close: async () => {} };
};
const inMemcached = async (): Promise<OpenCache> => {
  const cache = new MemcachedCache(MEMCACHED, { clock });
  return { cache, close: () => cache.close() };
};
const inRedis = async (): Promise<OpenCache> => {
  const client = new Redis(REDIS_URL);
  return { cache: new RedisCache(client, { clock }), close: async () => client.disconnect() };
};
const inCluster = async (): Promise<OpenCache> => {
  const servers = await RedisCluster.start();
  const client = servers.client();
  const close = async () => {
    client.disconnect();
    await servers.remove();
  };
  return { cache: new RedisCache(client, { clock }), close };
};

function database(kind: DatabaseKind, share: number): GroundKind {
  const open = async (): Promise<Ground> => {
    const dataSource = await openDatabase(kind);
    return {
      engine: (pass, witness) => watchedEngine(signed(new DatabaseEngine(dataSource, { clock })), pass, witness),
      close: () => dropDatabase(dataSource),
    };
  };
  return { name: `db on ${kind}`, share, open };
}

function cacheAlone(where: string, share: number, openCache: () => Promise<OpenCache>): GroundKind {
  const open = async (): Promise<Ground> => {
    const { cache, close } = await openCache();
    const keyPrefix = fresh();
    return {
      engine: (pass, witness) => watchedEngine(new CacheEngine(cache, { keyPrefix }), pass, witness),
      close,
    };
  };
  return { name: `cache in ${where}`, share, open };
}

function cachedDb(where: string, share: number, openCache: () => Promise<OpenCache>): GroundKind {
  const open = async (): Promise<Ground> => {
    const { cache, close } = await openCache();
    const dataSource = await openDatabase('SQLite');
    const keyPrefix = fresh();
    return {
      rows: signed(new DatabaseEngine(dataSource, { clock })),
      engine: (pass, witness) => {
        const rows = watchedEngine(signed(new DatabaseEngine(dataSource, { clock })), pass, witness);
        return new CachedDbEngine(rows, gatedCache(cache, pass), { clock, keyPrefix });
      },
      close: async () => {
        await close();
        await dropDatabase(dataSource);
      },
    };
  };
  return { name: `cached_db over ${where}`, share, open };
}

function files(share: number): GroundKind {
  const open = async (): Promise<Ground> => {
    const folder = mkdtempSync(join(tmpdir(), 'concurrency-'));
    return {
      engine: (pass, witness) => watchedEngine(signed(new FileEngine({ folder, clock })), pass, witness),
      close: async () => rmSync(folder, { recursive: true, force: true }),
    };
  };
  return { name: 'file', share, open };
}

/** Every engine that keeps sessions on the server, on every store that answers; the others are told as skipped. */
export async function groundsThatAnswer(): Promise<GroundKind[]> {
  const databases = await databasesThatAnswer();
  const redis = (await redisOrSkip()) !== describe.skip;
  const memcached = (await memcachedOrSkip()) !== describe.skip;
  const cluster = programOrSkip('redis-server') !== describe.skip;
  return [
    cacheAlone('memory', 1, inMemory),
    cacheAlone('memory, without move', 1, inMemoryWithoutMove),
    ...databases.map((kind) => database(kind, kind === 'SQLite' ? 1 : 0.15)),
    files(0.1),
    ...(redis ? [cacheAlone('Redis', 0.2, inRedis)] : []),
    ...(cluster ? [cacheAlone('a Redis Cluster', 0.1, inCluster)] : []),
    ...(memcached ? [cacheAlone('Memcached', 0.2, inMemcached)] : []),
    cachedDb('memory', 1, inMemory),
    ...(redis ? [cachedDb('Redis', 0.15, inRedis)] : []),
    ...(memcached ? [cachedDb('Memcached', 0.15, inMemcached)] : []),
  ];
}
