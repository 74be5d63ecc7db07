import type { DataSourceOptions } from 'typeorm';
import type { Cache } from '../../../libs/sessions/src/cache/cache.js';
import { MemcachedCache } from '../../../libs/sessions/src/cache/memcached-cache.js';
import { RedisCache } from '../../../libs/sessions/src/cache/redis-cache.js';
import { SessionCodec } from '../../../libs/sessions/src/core/session-codec.js';
import type { SessionEngine } from '../../../libs/sessions/src/core/session-engine.js';
import { newSessionKey } from '../../../libs/sessions/src/core/session-key.js';
import { signedEngine } from '../../../libs/sessions/src/core/signed-engine.js';
import { CacheEngine } from '../../../libs/sessions/src/engines/cache/cache-engine.js';
import { CachedDbEngine } from '../../../libs/sessions/src/engines/cached-db/cached-db-engine.js';
import { DatabaseEngine } from '../../../libs/sessions/src/engines/db/database-engine.js';
import { FileEngine } from '../../../libs/sessions/src/engines/file/file-engine.js';
import { gatedCache } from './gated-cache.js';
import { type Pass, watchedEngine } from './watched-engine.js';

export interface CacheDescription {
  kind: 'redis' | 'memcached';
  location: string;
  keyPrefix?: string;
}

/** An engine and its store, in words that one process can tell another. */
export type StoreDescription =
  | { engine: 'db'; database: DataSourceOptions }
  | { engine: 'file'; folder: string }
  | { engine: 'cache'; cache: CacheDescription }
  | { engine: 'cached_db'; database: DataSourceOptions; cache: CacheDescription };

export interface EngineChoices {
  clock?: () => number;
  newKey?: () => string;
}

const NOBODY = { loaded() {}, created() {}, saved() {}, cycled() {}, deleted() {} };

export interface OpenEngine {
  engine: SessionEngine;
  /** Lets go of its connections. */
  close(): Promise<void>;
}

/** The engine that was described, with every call of its store let through by `pass`. */
export async function describedEngine(
  description: StoreDescription,
  pass: Pass,
  { clock = Date.now, newKey = newSessionKey }: EngineChoices = {},
): Promise<OpenEngine> {
  const closing: (() => Promise<unknown> | undefined)[] = [];
  const close = async () => void (await Promise.all(closing.map((end) => end())));
  const signed = (engine: SessionEngine) => signedEngine(engine, new SessionCodec(['secret']), clock, () => {});
  const tableIn = async (options: DataSourceOptions) => {
    // Who needs no database does not wait for it to be loaded.
    const { DataSource } = await import('typeorm');
    const dataSource = await new DataSource(options).initialize();
    closing.push(() => dataSource.destroy());
    return watchedEngine(signed(new DatabaseEngine(dataSource, { clock, newKey })), pass, NOBODY);
  };
  const cacheAt = ({ kind, location }: CacheDescription): Cache => {
    const cache = kind === 'redis' ? new RedisCache(location, { clock }) : new MemcachedCache(location, { clock });
    closing.push(() => cache.close());
    return cache;
  };

  switch (description.engine) {
    case 'db':
      return { engine: await tableIn(description.database), close };
    case 'file': {
      const files = signed(new FileEngine({ folder: description.folder, clock, newKey }));
      return { engine: watchedEngine(files, pass, NOBODY), close };
    }
    case 'cache': {
      const { keyPrefix } = description.cache;
      const sessions = new CacheEngine(cacheAt(description.cache), { keyPrefix, newKey });
      return { engine: watchedEngine(sessions, pass, NOBODY), close };
    }
    case 'cached_db': {
      const { keyPrefix } = description.cache;
      const cache = gatedCache(cacheAt(description.cache), pass);
      const engine = new CachedDbEngine(await tableIn(description.database), cache, { keyPrefix, clock });
      return { engine, close };
    }
  }
}
