import { Logger, type Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { SessionsOptionsError } from '../core/errors.js';
import { jsonSerializer } from '../core/json-serializer.js';
import { SESSION_SALT, SessionCodec } from '../core/session-codec.js';
import type { SessionEngine } from '../core/session-engine.js';
import type { Revocations } from '../core/revocations.js';
import { signedEngine } from '../core/signed-engine.js';
import type { CacheOptions } from './cache-options.js';
import { type EngineName, engineNamed } from './engine-names.js';
import { makeCache } from './make-cache.js';
import { requiredPeer } from '../core/optional-peer.js';
import type { Settings } from './resolve-settings.js';

const logger = new Logger('Sessions');
const onCorrupted = () => logger.warn('Session data corrupted');

export interface EngineInUse {
  engine: SessionEngine;
  /** What we made for it, so that its life-cycle hooks are ours to call. */
  parts: readonly object[];
  /** Where revocations are noted, for engines whose sessions travel in cookies. */
  revocations?: () => Promise<Revocations>;
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
export function protectedEngine(engine: SessionEngine, settings: Settings): SessionEngine {
  if (engine.plain) return engine;
  const { secrets, session } = settings;
  return signedEngine(engine, new SessionCodec(secrets, saltOf(settings, SESSION_SALT)), session.clock, onCorrupted);
}

/** What the sessions of one name sign, those of another do not take for theirs, under the same secret. */
function saltOf({ salt, name }: Settings, usual: string): string {
  return salt ?? (name === null ? usual : `${usual}.${name}`);
}

function inUse({
  engine,
  parts = [engine],
  close = async () => {},
  ...others
}: Awaited<ReturnType<Maker>>): EngineInUse {
  return { engine, parts, close, ...others };
}

const MAKERS: Record<EngineName, Maker> = {
  async db(settings, moduleRef) {
    return { engine: await makeDatabaseEngine(settings, moduleRef, "engine 'db'") };
  },

  async cache(settings) {
    const { CacheEngine } = await import('../engines/cache/cache-engine.js');
    const { keyPrefix, version, values } = chosenCache(settings);
    const { cache, close } = await openCache(settings);
    const { clock } = settings.session;
    return { engine: new CacheEngine(cache, { ...defined({ keyPrefix, version, values }), clock }), close };
  },

  async cached_db(settings, moduleRef) {
    const { CachedDbEngine } = await import('../engines/cached-db/cached-db-engine.js');
    const { keyPrefix, version, values } = chosenCache(settings);
    const database = await makeDatabaseEngine(settings, moduleRef, "engine 'cached_db'", true);
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

  async signed_cookies(settings, moduleRef) {
    const { SignedCookiesEngine, SIGNED_COOKIES_SALT } =
      await import('../engines/signed-cookies/signed-cookies-engine.js');
    const { cookieAge, clock } = settings.session;
    const salt = settings.name === null ? SIGNED_COOKIES_SALT : saltOf(settings, SIGNED_COOKIES_SALT);
    const engine = new SignedCookiesEngine({ secrets: settings.secrets, salt, cookieAge, clock, onCorrupted });
    return { engine, ...(await revocationsFor(settings, moduleRef)) };
  },

  async encrypted_cookies(settings, moduleRef) {
    const { secrets, request, session } = settings;
    const { cookieAge, clock } = session;
    const { EncryptedCookiesEngine } = await import('../engines/encrypted-cookies/encrypted-cookies-engine.js');
    const engine = new EncryptedCookiesEngine({
      secrets,
      cookieName: request.cookie.name,
      cookieAge,
      clock,
      onCorrupted,
    });
    return { engine, ...(await revocationsFor(settings, moduleRef)) };
  },
};

async function revocationsFor(settings: Settings, moduleRef: ModuleRef) {
  if (!settings.userSessions) return {};
  if (settings.userSessions.revocations === 'db') {
    const { DatabaseRevocations } = await requiredPeer(
      () => import('../engines/db/database-revocations.js'),
      'userSessions.revocations "db"',
      ...DATABASE_PACKAGES,
    );
    const find = await dataSourceFinder(settings, moduleRef, 'userSessions.revocations "db"');
    return { revocations: async () => new DatabaseRevocations(find, settings.session.clock) };
  }
  const { CacheRevocations } = await import('../cache/cache-revocations.js');
  const { keyPrefix, version } = chosenCache(settings);
  const { cache, close } = await openCache(settings);
  return { close, revocations: async () => new CacheRevocations(cache, defined({ keyPrefix, version })) };
}

async function openCache(settings: Settings) {
  const { cache, owned } = await makeCache(chosenCache(settings), settings.session.clock);
  return { cache, close: async () => (owned ? cache.close?.() : undefined) };
}

function chosenCache({ name, caches, cacheAlias, session }: Settings): CacheOptions {
  const entry = caches[cacheAlias];
  if (!entry) {
    const names = Object.keys(caches).map((alias) => `"${alias}"`);
    throw new SessionsOptionsError([
      `cacheAlias "${cacheAlias}" names no entry of caches; there is ${names.join(', ') || 'none'}`,
    ]);
  }
  if (entry.values === 'pickle' && session.serializer !== jsonSerializer) {
    throw new SessionsOptionsError([
      `caches.${cacheAlias}.values "pickle" is for JSON sessions, as Django has them; leave serializer at "json"`,
    ]);
  }
  // The same server may hold the sessions of every name.
  return name === null ? entry : { ...entry, keyPrefix: entry.keyPrefix ?? name };
}

/** The members that were given, as an option that is undefined is not left to its default everywhere. */
function defined<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value != null)) as never;
}

const DATABASE_PACKAGES = ['typeorm', '@nestjs/typeorm'];

async function makeDatabaseEngine(settings: Settings, moduleRef: ModuleRef, choice: string, tellsEnd = false) {
  const { DatabaseEngine } = await requiredPeer(() => import('../typeorm.js'), choice, ...DATABASE_PACKAGES);
  const { clock } = settings.session;
  return new DatabaseEngine(await dataSourceFinder(settings, moduleRef, choice), { clock, tellsEnd });
}

/** Asked for when it is used: the DataSource may still be connecting now. */
async function dataSourceFinder({ dataSource }: Settings, moduleRef: ModuleRef, choice: string) {
  if (typeof dataSource === 'object') return () => dataSource as DataSource;
  const { getDataSourceToken } = await requiredPeer(() => import('@nestjs/typeorm'), choice, ...DATABASE_PACKAGES);
  const token = getDataSourceToken(dataSource) as Type<DataSource>;
  let found: DataSource | null = null;
  return () => {
    try {
      // Once: Nest looks through all of its modules.
      return (found ??= moduleRef.get(token, { strict: false }) as DataSource);
    } catch {
      throw new SessionsOptionsError([
        dataSource === undefined
          ? `${choice} needs a DataSource: import TypeOrmModule.forRoot({ ... }), or name another with the option dataSource`
          : `dataSource "${dataSource}" does not exist: import TypeOrmModule.forRoot({ name: "${dataSource}", ... })`,
      ]);
    }
  };
}
