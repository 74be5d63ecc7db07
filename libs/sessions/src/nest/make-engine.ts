import { Logger, type Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { SessionsOptionsError } from '../core/errors.js';
import { jsonSerializer } from '../core/json-serializer.js';
import { SessionCodec } from '../core/session-codec.js';
import type { SessionEngine } from '../core/session-engine.js';
import { signedEngine } from '../core/signed-engine.js';
import type { CacheOptions } from './cache-options.js';
import { type EngineName, engineNamed } from './engine-names.js';
import { makeCache } from './make-cache.js';
import { requiredPeer } from '../core/optional-peer.js';
import type { Settings } from './resolve-settings.js';

const logger = new Logger('Sessions');

export interface EngineInUse {
  engine: SessionEngine;
  /** What we made for it, so that its life-cycle hooks are ours to call. */
  parts: readonly object[];
  /** Lets go of what we opened for it. */
  close(): Promise<void>;
}

type Maker = (settings: Settings, moduleRef: ModuleRef) => Promise<Partial<EngineInUse> & { engine: SessionEngine }>;

/** The engine the options name. Throws `SessionsOptionsError`. */
export async function makeEngine(settings: Settings, moduleRef: ModuleRef): Promise<EngineInUse> {
  const { engine } = settings;
  if (typeof engine === 'object') return inUse({ engine, parts: [] });
  if (typeof engine === 'function') return inUse({ engine: await moduleRef.create(engine as Type<SessionEngine>) });
  return inUse(await MAKERS[engineNamed(engine)!](settings, moduleRef));
}

/** The engine as sessions use it: with Django's signature around what it stores, unless it wants none. */
export function protectedEngine(engine: SessionEngine, { secrets, salt, session }: Settings): SessionEngine {
  if (engine.plain) return engine;
  return signedEngine(engine, new SessionCodec(secrets, salt), session.clock, () =>
    logger.warn('Session data corrupted'),
  );
}

function inUse({ engine, parts = [engine], close = async () => {} }: Awaited<ReturnType<Maker>>): EngineInUse {
  return { engine, parts, close };
}

const MAKERS: Record<EngineName, Maker> = {
  async db(settings, moduleRef) {
    return { engine: await makeDatabaseEngine(settings, moduleRef, "engine 'db'") };
  },

  async cache(settings) {
    const { CacheEngine } = await import('../engines/cache/cache-engine.js');
    const { keyPrefix, version, values } = chosenCache(settings);
    const { cache, close } = await openCache(settings);
    return { engine: new CacheEngine(cache, defined({ keyPrefix, version, values })), close };
  },

  async cached_db(settings, moduleRef) {
    const { CachedDbEngine } = await import('../engines/cached-db/cached-db-engine.js');
    const { keyPrefix, version, values } = chosenCache(settings);
    const database = await makeDatabaseEngine(settings, moduleRef, "engine 'cached_db'");
    const { cache, close } = await openCache(settings);
    const engine = new CachedDbEngine(protectedEngine(database, settings), cache, {
      ...defined({ keyPrefix, version, values }),
      clock: settings.session.clock,
      onCacheError: ({ message, cause }) =>
        logger.error(`${message} The database answers alone. ${cause instanceof Error ? cause.message : ''}`.trim()),
    });
    return { engine, parts: [database, engine], close };
  },

  async file({ filePath, request, session }) {
    const { FileEngine } = await import('../engines/file/file-engine.js');
    const { clock } = session;
    return { engine: new FileEngine({ ...defined({ folder: filePath }), cookieName: request.cookie.name, clock }) };
  },

  async signed_cookies({ secrets, session: { cookieAge, clock } }) {
    const { SignedCookiesEngine } = await import('../engines/signed-cookies/signed-cookies-engine.js');
    return { engine: new SignedCookiesEngine({ secrets, cookieAge, clock }) };
  },

  async encrypted_cookies({ secrets, request, session: { cookieAge, clock } }) {
    const { EncryptedCookiesEngine } = await import('../engines/encrypted-cookies/encrypted-cookies-engine.js');
    return { engine: new EncryptedCookiesEngine({ secrets, cookieName: request.cookie.name, cookieAge, clock }) };
  },
};

async function openCache(settings: Settings) {
  const { cache, owned } = await makeCache(chosenCache(settings), settings.session.clock);
  return { cache, close: async () => (owned ? cache.close?.() : undefined) };
}

function chosenCache({ caches, cacheAlias, session }: Settings): CacheOptions {
  const entry = caches[cacheAlias];
  if (!entry) {
    const names = Object.keys(caches).map((name) => `"${name}"`);
    throw new SessionsOptionsError([
      `cacheAlias "${cacheAlias}" names no entry of caches; there is ${names.join(', ') || 'none'}`,
    ]);
  }
  if (entry.values === 'pickle' && session.serializer !== jsonSerializer) {
    throw new SessionsOptionsError([
      `caches.${cacheAlias}.values "pickle" is for JSON sessions, as Django has them; leave serializer at "json"`,
    ]);
  }
  return entry;
}

/** The members that were given, as an option that is undefined is not left to its default everywhere. */
function defined<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value != null)) as never;
}

async function makeDatabaseEngine({ dataSource, session }: Settings, moduleRef: ModuleRef, choice: string) {
  const packages = ['typeorm', '@nestjs/typeorm'];
  const { clock } = session;
  const { DatabaseEngine } = await requiredPeer(() => import('../typeorm.js'), choice, ...packages);
  if (typeof dataSource === 'object') return new DatabaseEngine(dataSource as DataSource, { clock });
  const { getDataSourceToken } = await requiredPeer(() => import('@nestjs/typeorm'), choice, ...packages);
  const token = getDataSourceToken(dataSource) as Type<DataSource>;
  // Asked for when it is used: the DataSource may still be connecting now.
  const find = () => {
    try {
      return moduleRef.get(token, { strict: false });
    } catch {
      throw new SessionsOptionsError([
        dataSource === undefined
          ? `${choice} needs a DataSource: import TypeOrmModule.forRoot({ ... }), or name another with the option dataSource`
          : `dataSource "${dataSource}" does not exist: import TypeOrmModule.forRoot({ name: "${dataSource}", ... })`,
      ]);
    }
  };
  return new DatabaseEngine(find, { clock });
}
