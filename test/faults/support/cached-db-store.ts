import type { DataSource } from 'typeorm';
import { dropDatabase, openDatabase } from '../../support/databases.js';
import { databaseStore } from './database-store.js';
import { RedisUnderFault } from './redis-store.js';
import type { StoreUnderFault } from './store-under-fault.js';

const onRedis = (redis: RedisUnderFault) => ({
  engine: 'cached_db',
  caches: { default: { backend: 'redis' as const, location: redis.location } },
});

/** A database that never fails, and a cache in front of it that does. Two applications may share both. */
export async function failingCacheStore(): Promise<StoreUnderFault> {
  const redis = await RedisUnderFault.open();
  const dataSource: DataSource = await openDatabase('SQLite');
  return {
    options: { ...onRedis(redis), dataSource },
    faults: redis.faults,
    close: async () => {
      await redis.close();
      await dropDatabase(dataSource);
    },
  };
}

/** A cache that never fails, in front of a database that does. */
export async function failingDatabaseStore(): Promise<StoreUnderFault> {
  const redis = await RedisUnderFault.open();
  const database = await databaseStore('PostgreSQL');
  return {
    ...database,
    options: { ...database.options, ...onRedis(redis) },
    close: async () => {
      await redis.close();
      await database.close();
    },
  };
}
