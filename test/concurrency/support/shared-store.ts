import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { CreateDjangoSession1700000000000 } from 'nestjs-django-sessions/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { type DatabaseKind, databasesThatAnswer, dropDatabase, openDatabase } from '../../support/databases.js';
import { MEMCACHED, memcachedOrSkip, REDIS_URL, redisOrSkip } from '../../support/services.js';
import type { CacheDescription, StoreDescription } from './described-engine.js';

/** A store that processes share: what they are to know of it, and how to be rid of it. */
export interface SharedStore {
  description: StoreDescription;
  close(): Promise<void>;
}

export interface SharedStoreKind {
  name: string;
  open(): Promise<SharedStore>;
}

const redis: CacheDescription = { kind: 'redis', location: REDIS_URL };
const memcached: CacheDescription = { kind: 'memcached', location: MEMCACHED };

/** Every store that several processes can share, where it answers; the others are told as skipped. */
export async function sharedStoresThatAnswer(): Promise<SharedStoreKind[]> {
  const databases = await databasesThatAnswer();
  const hasRedis = (await redisOrSkip()) !== describe.skip;
  const hasMemcached = (await memcachedOrSkip()) !== describe.skip;
  return [
    ...databases.map((kind) => ({ name: `db on ${kind}`, open: () => openShared(kind) })),
    { name: 'file', open: async () => inFolder() },
    ...(hasRedis ? [cacheAlone('Redis', redis), cachedDb('Redis', redis)] : []),
    ...(hasMemcached ? [cacheAlone('Memcached', memcached), cachedDb('Memcached', memcached)] : []),
  ];
}

async function openShared(kind: DatabaseKind): Promise<SharedStore> {
  if (kind === 'SQLite') return sqliteFile();
  const dataSource = await openDatabase(kind);
  const { type, url, timezone } = dataSource.options as { type: 'postgres'; url: string; timezone?: 'Z' };
  return {
    description: { engine: 'db', database: { type, url, timezone } as DataSourceOptions },
    close: () => dropDatabase(dataSource),
  };
}

async function sqliteFile(): Promise<SharedStore> {
  const folder = mkdtempSync(join(tmpdir(), 'shared-'));
  const options = { type: 'better-sqlite3' as const, database: join(folder, 'db.sqlite3') };
  const migrations = [CreateDjangoSession1700000000000];
  const dataSource = await new DataSource({ ...options, migrations, migrationsRun: true }).initialize();
  await dataSource.destroy();
  return {
    description: { engine: 'db', database: options },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

function inFolder(): SharedStore {
  const folder = mkdtempSync(join(tmpdir(), 'shared-'));
  return {
    description: { engine: 'file', folder },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

const fresh = (cache: CacheDescription) => ({ ...cache, keyPrefix: `shared${randomBytes(6).toString('hex')}` });

function cacheAlone(where: string, cache: CacheDescription): SharedStoreKind {
  const open = async () => ({ description: { engine: 'cache' as const, cache: fresh(cache) }, close: async () => {} });
  return { name: `cache in ${where}`, open };
}

function cachedDb(where: string, cache: CacheDescription): SharedStoreKind {
  const open = async () => {
    const { description, close } = await sqliteFile();
    return {
      description: { ...description, engine: 'cached_db' as const, cache: fresh(cache) } as StoreDescription,
      close,
    };
  };
  return { name: `cached_db over ${where}`, open };
}
