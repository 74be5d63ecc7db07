import type { DataSource } from 'typeorm';
import { SessionsOptionsError } from '../../core/errors.js';
import { runStatement } from './run-statement.js';

/** Throws `SessionsOptionsError` when a table of the option `userSessions` is not there. */
export async function checkTable(dataSource: DataSource, table: string): Promise<void> {
  try {
    await runStatement(dataSource, { sql: `SELECT 1 FROM ${table} WHERE 1 = 0`, values: [] });
  } catch (error) {
    throw new SessionsOptionsError([
      `userSessions needs the table ${table}: add the migration CreateUserSessions1700000000001 from nestjs-django-sessions/typeorm and run it (${(error as Error).message})`,
    ]);
  }
}
