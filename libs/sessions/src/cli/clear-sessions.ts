import { resolve } from 'node:path';
import type { INestApplicationContext, LogLevel, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SessionsOptionsError } from '../core/errors.js';
import { SessionsService } from '../nest/sessions.service.js';
import { loadRootModule } from './root-module.js';

export interface ClearSessionsCommand {
  /** The compiled file of the application's root module. */
  app: string;
  /** The module's name in that file. */
  export?: string | undefined;
  /** Levels of the application's log that are shown; false: none. */
  logger: LogLevel[] | false;
}

/**
 * Boots an application's own root module without a server, deletes its expired sessions, and answers
 * what to print. Django: `manage.py clearsessions`.
 */
export async function clearSessions(command: ClearSessionsCommand): Promise<string> {
  const module = await loadRootModule(resolve(command.app), command.export);
  const app = await boot(module, command.logger);
  try {
    const sessions = findService(app, module);
    if (!sessions.engine.clearExpired) return 'Nothing to delete: this store forgets expired sessions by itself.';
    const count = await sessions.clearExpired();
    return `Deleted ${count} expired session${count === 1 ? '' : 's'}.`;
  } finally {
    await app.close();
  }
}

async function boot(module: Type, logger: LogLevel[] | false): Promise<INestApplicationContext> {
  try {
    return await NestFactory.createApplicationContext(module, { logger, abortOnError: false });
  } catch (error) {
    if (error instanceof SessionsOptionsError) throw error;
    throw new Error('the application does not start', { cause: error });
  }
}

function findService(app: INestApplicationContext, module: Type): SessionsService {
  try {
    return app.get(SessionsService, { strict: false });
  } catch {
    throw new Error(`${module.name} does not import SessionsModule`);
  }
}
