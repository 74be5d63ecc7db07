import { resolve } from 'node:path';
import type { INestApplicationContext, LogLevel, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SessionsOptionsError } from '../core/errors.js';
import { SESSIONS_SERVICE } from '../nest/sessions.constants.js';
import type { SessionsService } from '../nest/sessions.service.js';
import { loadRootModule } from './root-module.js';

/** An application, as a command line names it. */
export interface ApplicationOfCommand {
  /** The compiled file of the application's root module. */
  app: string;
  /** The module's name in that file. */
  export?: string | undefined;
  /** Levels of the application's log that are shown; false: none. */
  logger: LogLevel[] | false;
}

/** Boots an application's own root module without a server, and does something with the sessions of all its modules. */
export async function withSessions(
  application: ApplicationOfCommand,
  work: (sessions: SessionsService[]) => Promise<string>,
): Promise<string> {
  const module = await loadRootModule(resolve(application.app), application.export);
  const app = await boot(module, application.logger);
  try {
    return await work(findServices(app, module));
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

/** One for each SessionsModule, named ones too. */
function findServices(app: INestApplicationContext, module: Type): SessionsService[] {
  try {
    return app.get<unknown, SessionsService>(SESSIONS_SERVICE, { strict: false, each: true });
  } catch {
    throw new Error(`${module.name} does not import SessionsModule`);
  }
}
