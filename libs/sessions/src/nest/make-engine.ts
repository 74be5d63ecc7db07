import { Logger, type Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { SessionsOptionsError } from '../core/errors.js';
import { SessionCodec } from '../core/session-codec.js';
import type { SessionEngine } from '../core/session-engine.js';
import { signedEngine } from '../core/signed-engine.js';
import { DJANGO_ENGINES, type EngineName } from './engine-names.js';
import { requiredPeer } from './optional-peer.js';
import type { Settings } from './resolve-settings.js';

const logger = new Logger('Sessions');

export interface EngineInUse {
  engine: SessionEngine;
  /** We made it, so that its life-cycle hooks are ours to call. */
  owned: boolean;
}

/** The engine the options name. */
export async function makeEngine(settings: Settings, moduleRef: ModuleRef): Promise<EngineInUse> {
  const { engine } = settings;
  if (typeof engine === 'object') return { engine, owned: false };
  const made =
    typeof engine === 'function'
      ? await moduleRef.create(engine as Type<SessionEngine>)
      : await MAKERS[DJANGO_ENGINES[engine] ?? (engine as EngineName)](settings, moduleRef);
  return { engine: made, owned: true };
}

/** The engine as sessions use it: with Django's signature around what it stores, unless it wants none. */
export function protectedEngine(engine: SessionEngine, settings: Settings): SessionEngine {
  if (engine.plain) return engine;
  const { secrets, salt, session } = settings;
  return signedEngine(engine, new SessionCodec(secrets, salt), session.clock, () =>
    logger.warn('Session data corrupted'),
  );
}

const MAKERS: Record<EngineName, (settings: Settings, moduleRef: ModuleRef) => Promise<SessionEngine>> = {
  async db({ dataSource, session: { clock } }, moduleRef) {
    const choice = "engine 'db'";
    const packages = ['typeorm', '@nestjs/typeorm'];
    const { DatabaseEngine } = await requiredPeer(() => import('../typeorm.js'), choice, ...packages);
    if (typeof dataSource === 'object') return new DatabaseEngine(dataSource as DataSource, { clock });
    const { getDataSourceToken } = await requiredPeer(() => import('@nestjs/typeorm'), choice, ...packages);
    const token = getDataSourceToken(dataSource);
    // Asked for when it is used: the DataSource may still be connecting now.
    return new DatabaseEngine(() => findDataSource(moduleRef, token, dataSource), { clock });
  },
};

function findDataSource(
  moduleRef: ModuleRef,
  token: ReturnType<typeof import('@nestjs/typeorm').getDataSourceToken>,
  name?: string,
): DataSource {
  try {
    return moduleRef.get<DataSource>(token as Type<DataSource>, { strict: false });
  } catch {
    throw new SessionsOptionsError([
      name === undefined
        ? "engine 'db' needs a DataSource: import TypeOrmModule.forRoot({ ... }), or name another with the option dataSource"
        : `dataSource "${name}" does not exist: import TypeOrmModule.forRoot({ name: "${name}", ... })`,
    ]);
  }
}
