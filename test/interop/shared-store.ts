import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { CacheOptions, SessionsOptions } from 'nestjs-django-sessions';
import type { Version } from './djangos.js';
import type { Engine } from './engines.js';
import { services } from './services.js';

const DJANGO_DATABASES = { SQLite: 'sqlite3', PostgreSQL: 'postgresql', MariaDB: 'mysql' };

/**
 * The one place that both sides keep their sessions in: a database, a folder, a prefix in a cache.
 * Says it to Django as environment variables, and to Nest as options.
 */
export class SharedStore {
  readonly #folder = mkdtempSync(join(tmpdir(), 'interop-'));
  readonly #name: string;

  constructor(
    readonly version: Version,
    readonly engine: Engine,
  ) {
    this.#name = `interop_${version.replace('.', '_')}_${process.pid}`;
  }

  async create(): Promise<void> {
    const charset = this.engine.database === 'MariaDB' ? ' CHARACTER SET utf8mb4' : '';
    await this.#administer(`DROP DATABASE IF EXISTS ${this.#name}`, `CREATE DATABASE ${this.#name}${charset}`);
  }

  async remove(): Promise<void> {
    await this.#administer(`DROP DATABASE IF EXISTS ${this.#name}`);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What settings.py reads. */
  get djangoEnvironment(): Record<string, string> {
    const { engine, version } = this;
    const { cache } = engine;
    return {
      SESSION_ENGINE: engine.name,
      SESSION_FILE_PATH: this.#folder,
      ...this.#djangoDatabase(),
      ...(cache && {
        CACHE_BACKEND: cacheBackend(version, cache),
        CACHE_LOCATION: cache === 'Redis' ? services.Redis.href : services.Memcached.host,
        CACHE_KEY_PREFIX: this.#name,
      }),
    };
  }

  /** What SessionsModule is given. */
  get nestOptions(): Partial<SessionsOptions> {
    const { name, cache } = this.engine;
    return { engine: name, filePath: this.#folder, ...(cache && { caches: { default: this.#nestCache(cache) } }) };
  }

  /** The DataSource of the engines that need one. */
  get dataSourceOptions(): DataSourceOptions | null {
    const { name, database } = this.engine;
    if (name !== 'db' && name !== 'cached_db') return null;
    if (database === 'SQLite') return { type: 'better-sqlite3', database: this.#file };
    return { ...server(database), database: this.#name } as DataSourceOptions;
  }

  get #file(): string {
    return join(this.#folder, 'django.sqlite3');
  }

  #djangoDatabase(): Record<string, string> {
    const { version } = this;
    const { database } = this.engine;
    if (database === 'SQLite') return { DATABASE_ENGINE: 'sqlite3', DATABASE_NAME: this.#file };
    const { hostname, port, username, password } = services[database];
    return {
      DATABASE_ENGINE: DJANGO_DATABASES[database],
      DATABASE_NAME: this.#name,
      DATABASE_HOST: hostname,
      DATABASE_PORT: port,
      DATABASE_USER: decodeURIComponent(username),
      DATABASE_PASSWORD: decodeURIComponent(password),
      // Debian's mysqlclient is 1.4.6, and Django 6.1 asks for 2.2.1.
      ...(database === 'MariaDB' && version === '6.1' && { MYSQL_DRIVER: 'pymysql' }),
    };
  }

  #nestCache(cache: 'Redis' | 'Memcached'): CacheOptions {
    const shared = { keyPrefix: this.#name, values: 'pickle' } as const;
    return cache === 'Redis'
      ? { backend: 'redis', location: services.Redis.href, ...shared }
      : { backend: 'memcached', location: services.Memcached.host, ...shared };
  }

  async #administer(...statements: string[]): Promise<void> {
    const { database } = this.engine;
    if (database === 'SQLite') return;
    const dataSource = await new DataSource(server(database)).initialize();
    try {
      for (const statement of statements) await dataSource.query(statement);
    } finally {
      await dataSource.destroy();
    }
  }
}

function cacheBackend(version: Version, cache: 'Redis' | 'Memcached'): string {
  if (cache === 'Memcached') return 'django.core.cache.backends.memcached.PyMemcacheCache';
  // Django has a Redis cache of its own since 4.0; what sites had before is the package django-redis.
  return version === '3.2' ? 'django_redis.cache.RedisCache' : 'django.core.cache.backends.redis.RedisCache';
}

function server(database: 'PostgreSQL' | 'MariaDB'): DataSourceOptions {
  const { hostname: host, port, username, password } = services[database];
  const where = {
    host,
    port: Number(port),
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
  return database === 'PostgreSQL'
    ? { type: 'postgres', database: 'postgres', ...where }
    : { type: 'mariadb', ...where };
}
