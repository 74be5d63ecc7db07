import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { DataSource, type DataSourceOptions, type Logger } from 'typeorm';
import { CreateDjangoSession1700000000000 } from 'nestjs-django-sessions/typeorm';
import { noteSkipped, servicesAreRequired } from './skipped.js';

export type DatabaseKind = 'SQLite' | 'PostgreSQL' | 'MariaDB';

const POSTGRES = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432';
const MARIADB = process.env.MARIADB_URL ?? 'mysql://root@127.0.0.1:3306';

const NAME = `sessions_test_${process.pid}`;

/** Which databases answer; one that does not is told, or is a failure where services are required. */
export async function databasesThatAnswer(): Promise<DatabaseKind[]> {
  const kinds: DatabaseKind[] = ['SQLite'];
  for (const [kind, url, ask] of [
    ['PostgreSQL', POSTGRES, inPostgres],
    ['MariaDB', MARIADB, inMariaDb],
  ] as const) {
    const trouble = await ask('SELECT 1').then(
      () => null,
      (error: Error) => error,
    );
    if (trouble && !servicesAreRequired) noteSkipped(`Skipped what needs ${kind}: nothing answers at ${url}.`);
    else kinds.push(kind);
  }
  return kinds;
}

/** A database of its own, empty but for Django's table. */
export async function openDatabase(kind: DatabaseKind, logger?: Logger): Promise<DataSource> {
  const name = `${NAME}_${Math.random().toString(36).slice(2, 8)}`;
  const options: Record<DatabaseKind, DataSourceOptions> = {
    SQLite: { type: 'better-sqlite3', database: ':memory:' },
    PostgreSQL: { type: 'postgres', url: `${POSTGRES}/${name}` },
    MariaDB: { type: 'mariadb', url: `${MARIADB}/${name}`, timezone: 'Z' },
  };
  if (kind === 'PostgreSQL') await inPostgres(`CREATE DATABASE ${name}`);
  if (kind === 'MariaDB') await inMariaDb(`CREATE DATABASE ${name}`);
  const dataSource = new DataSource({
    ...options[kind],
    migrations: [CreateDjangoSession1700000000000],
    migrationsRun: true,
    ...(logger && { logger, logging: true }),
  } as DataSourceOptions);
  return dataSource.initialize();
}

export async function dropDatabase(dataSource: DataSource): Promise<void> {
  const { type } = dataSource.options;
  const name = String(dataSource.driver.database);
  await dataSource.destroy();
  if (type === 'postgres') await inPostgres(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  if (type === 'mariadb') await inMariaDb(`DROP DATABASE IF EXISTS ${name}`);
}

async function inPostgres(sql: string): Promise<void> {
  const client = new Client({ connectionString: `${POSTGRES}/postgres`, connectionTimeoutMillis: 3000 });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

async function inMariaDb(sql: string): Promise<void> {
  const connection = await createConnection({ uri: MARIADB, connectTimeout: 3000 });
  await connection.query(sql).finally(() => connection.end());
}
