import type { DataSource } from 'typeorm';
import { SessionsOptionsError } from '../../core/errors.js';

/** The three families of databases that Django's table is shared on. */
export type Dialect = 'sqlite' | 'postgres' | 'mysql';

const FAMILIES: Record<string, Dialect> = {
  'better-sqlite3': 'sqlite',
  sqlite: 'sqlite',
  sqljs: 'sqlite',
  postgres: 'postgres',
  cockroachdb: 'postgres',
  'aurora-postgres': 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  'aurora-mysql': 'mysql',
};

/** Throws `SessionsOptionsError` for a database that Django's table is not known on. */
export function dialectOf(dataSource: Pick<DataSource, 'options'>): Dialect {
  const { type } = dataSource.options;
  const dialect = FAMILIES[type];
  if (dialect) return dialect;
  throw new SessionsOptionsError([
    `engine 'db' works on SQLite, PostgreSQL, MySQL and MariaDB; the DataSource is of type "${type}"`,
  ]);
}
