import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { DatabaseEngine } from 'nestjs-django-sessions/typeorm';
import { SessionCodec } from '../../../libs/sessions/src/core/session-codec.js';
import type { SessionEngine } from '../../../libs/sessions/src/core/session-engine.js';
import { signedEngine } from '../../../libs/sessions/src/core/signed-engine.js';
import { CacheEngine } from '../../../libs/sessions/src/engines/cache/cache-engine.js';
import { CachedDbEngine } from '../../../libs/sessions/src/engines/cached-db/cached-db-engine.js';
import { ENTRY_FORMATS } from '../../../libs/sessions/src/engines/cached-db/entry-format.js';
import { FileEngine } from '../../../libs/sessions/src/engines/file/file-engine.js';
import { SECRET } from '../../support/application.js';
import { type DatabaseKind, databasesThatAnswer, dropDatabase, openDatabase } from '../../support/databases.js';
import { programOrSkip } from '../../support/own-server.js';
import { redisOrSkip } from '../../support/services.js';
import { type CountableCache, memcachedCache, memoryCache, redisCache } from './countable-caches.js';

/** A store of an engine, empty at first, which tells how much is in it. */
export interface Store {
  engine: SessionEngine;
  /** Rows, files and entries of every kind. */
  count(): Promise<number>;
  /** How many sessions these are: cached_db has two of most, and its marks are none. */
  sessions(): Promise<number>;
  close(): Promise<void>;
}

export interface StoreKind {
  name: string;
  open(): Promise<Store>;
}

function database(kind: DatabaseKind): StoreKind {
  return {
    name: `db on ${kind}`,
    async open() {
      const dataSource = await openDatabase(kind);
      const count = async () => {
        const rows = (await dataSource.query('SELECT session_key FROM django_session')) as unknown[];
        return rows.length;
      };
      return {
        engine: new DatabaseEngine(dataSource),
        count,
        sessions: count,
        close: () => dropDatabase(dataSource),
      };
    },
  };
}

const file: StoreKind = {
  name: 'file',
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'sessions-security-'));
    const count = async () => readdirSync(folder).length;
    return {
      engine: new FileEngine({ folder }),
      count,
      sessions: count,
      close: async () => rmSync(folder, { recursive: true }),
    };
  },
};

function cache(name: string, open: () => Promise<CountableCache>): StoreKind {
  return {
    name: `cache on ${name}`,
    async open() {
      const { cache: countable, keyPrefix, count, close } = await open();
      return { engine: new CacheEngine(countable, { keyPrefix }), count, sessions: count, close };
    },
  };
}

function cachedDb(name: string, open: () => Promise<CountableCache>): StoreKind {
  return {
    name: `cached_db on SQLite and ${name}`,
    async open() {
      const rows = await database('SQLite').open();
      const { cache: countable, keyPrefix, count, values, close } = await open();
      const signed = signedEngine(rows.engine, new SessionCodec([SECRET]), Date.now, () => {});
      return {
        engine: new CachedDbEngine(signed, countable, { keyPrefix }),
        count: async () => (await rows.count()) + (await count()),
        sessions: async () => {
          const entries = (await values!()).filter((value) => ENTRY_FORMATS.json.read(value) !== null);
          return Math.max(await rows.count(), entries.length);
        },
        close: async () => {
          await rows.close();
          await close();
        },
      };
    },
  };
}

const redisIsThere = (await redisOrSkip()) === describe;
const memcachedIsThere = programOrSkip('memcached') === describe;

/** Every engine that keeps sessions on the server, on every store of it that is there. */
export const STORES: readonly StoreKind[] = [
  ...(await databasesThatAnswer()).map((kind) => database(kind)),
  file,
  cache('memory', memoryCache),
  ...(redisIsThere ? [cache('Redis', redisCache)] : []),
  ...(memcachedIsThere ? [cache('Memcached', memcachedCache)] : []),
  cachedDb('memory', memoryCache),
  ...(redisIsThere ? [cachedDb('Redis', redisCache)] : []),
];
