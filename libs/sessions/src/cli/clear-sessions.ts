import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SessionsService } from '../nest/sessions.service.js';

/**
 * Boots an application's own root module without a server, deletes its expired sessions, and answers
 * what to print. Django: `manage.py clearsessions`.
 */
export async function clearSessions(file: string, exportName?: string): Promise<string> {
  const module = await rootModule(resolve(file), exportName);
  const app = await NestFactory.createApplicationContext(module, { logger: ['error', 'warn'], abortOnError: false });
  try {
    const sessions = findService(app, module);
    if (!sessions.engine.clearExpired) return 'Nothing to delete: this store forgets expired sessions by itself.';
    const count = await sessions.clearExpired();
    return `Deleted ${count} expired session${count === 1 ? '' : 's'}.`;
  } finally {
    await app.close();
  }
}

function findService(
  app: Awaited<ReturnType<typeof NestFactory.createApplicationContext>>,
  module: Type,
): SessionsService {
  try {
    return app.get(SessionsService, { strict: false });
  } catch {
    throw new Error(`${module.name} does not import SessionsModule`);
  }
}

async function rootModule(path: string, exportName: string | undefined): Promise<Type> {
  if (!existsSync(path)) throw new Error(`there is no file ${path}; build the application first?`);
  const found = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  // A CommonJS file may hide its names in its default export.
  const names = { ...(found['default'] as object), ...found } as Record<string, unknown>;
  if (exportName !== undefined) {
    if (isModule(names[exportName])) return names[exportName];
    throw new Error(`${path} exports no module called ${exportName}`);
  }
  const modules = [...new Set(Object.values(names).filter(isModule))];
  const chosen = [names['AppModule'], found['default'], modules.length === 1 && modules[0]].find(isModule);
  if (chosen) return chosen;
  throw new Error(
    modules.length === 0
      ? `${path} exports no Nest module`
      : `${path} exports several modules: choose one with --export ${modules.map((m) => m.name).join(' | ')}`,
  );
}

function isModule(value: unknown): value is Type {
  return (
    typeof value === 'function' &&
    ['imports', 'providers', 'controllers', 'exports'].some((key) => Reflect.hasMetadata(key, value))
  );
}
