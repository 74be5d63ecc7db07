import { AsyncLocalStorage } from 'node:async_hooks';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'typeorm';

const requests = new AsyncLocalStorage<string[]>();

/** Express middleware: from here on, the statements of this request are written down. */
export function collectStatements(_request: Request, _response: Response, next: NextFunction): void {
  requests.run([], next);
}

/** The SQL statements that the present request has run so far, without their values. */
export function statementsSoFar(): readonly string[] {
  return requests.getStore() ?? [];
}

/** Hears of every statement from TypeORM and files it under its request. */
export class StatementLogger implements Logger {
  logQuery(statement: string): void {
    requests.getStore()?.push(statement);
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
