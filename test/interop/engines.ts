import type { ServiceName } from './services.js';

/** One row of the table: a way both sides can keep sessions. */
export interface Engine {
  /** As the table names it. */
  title: string;
  /** Django's backend module, and our name of the engine. */
  name: 'db' | 'file' | 'signed_cookies' | 'cache' | 'cached_db';
  /** Where the table of sessions and Django's users are. */
  database: 'SQLite' | 'PostgreSQL' | 'MariaDB';
  cache?: 'Redis' | 'Memcached';
}

export const ENGINES: readonly Engine[] = [
  { title: 'db on SQLite', name: 'db', database: 'SQLite' },
  { title: 'db on PostgreSQL', name: 'db', database: 'PostgreSQL' },
  { title: 'db on MariaDB', name: 'db', database: 'MariaDB' },
  { title: 'file', name: 'file', database: 'SQLite' },
  { title: 'signed_cookies', name: 'signed_cookies', database: 'SQLite' },
  { title: 'cache on Redis', name: 'cache', database: 'SQLite', cache: 'Redis' },
  { title: 'cache on Memcached', name: 'cache', database: 'SQLite', cache: 'Memcached' },
  { title: 'cached_db on SQLite and Redis', name: 'cached_db', database: 'SQLite', cache: 'Redis' },
  { title: 'cached_db on SQLite and Memcached', name: 'cached_db', database: 'SQLite', cache: 'Memcached' },
];

export function servicesOf({ database, cache }: Engine): ServiceName[] {
  return [database, cache].filter((name): name is ServiceName => name !== undefined && name !== 'SQLite');
}
