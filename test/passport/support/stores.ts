import { randomBytes } from 'node:crypto';
import type { DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Redis } from 'ioredis';
import type { SessionsOptions } from 'nestjs-django-sessions';
import { CreateDjangoSession1700000000000 } from 'nestjs-django-sessions/typeorm';
import { DataSource } from 'typeorm';
import { RecordedCache } from '../../support/recorded-cache.js';
import { REDIS_URL } from '../../support/services.js';
import { StatementLog } from '../../support/statements.js';

/** A real store whose contents, and whose round trips, a test can look at. */
export interface ShopStore {
  imports(): DynamicModule[];
  readonly options: Partial<SessionsOptions>;
  /** The keys of all the sessions it holds. */
  keys(find: <T>(type: new (...args: any[]) => T) => T): Promise<string[]>;
  /** What was sent to it in the course of some work, in order. */
  during(work: () => Promise<unknown>): Promise<string[]>;
  close(): Promise<void>;
}

/** The engine `db` on SQLite. */
export function inDatabase(): ShopStore {
  const log = new StatementLog();
  return {
    imports: () => [
      TypeOrmModule.forRoot({
        type: 'better-sqlite3',
        database: ':memory:',
        migrations: [CreateDjangoSession1700000000000],
        migrationsRun: true,
        logging: true,
        logger: log,
      }),
    ],
    options: { engine: 'db' },
    during: (work) => log.during(work),
    async keys(find) {
      const rows = await find(DataSource).query<{ session_key: string }[]>('SELECT session_key FROM django_session');
      return rows.map(({ session_key }) => session_key);
    },
    async close() {},
  };
}

/** The engine `cache` on Redis, under a prefix of its own. */
export function inRedis(): ShopStore {
  const { client, during } = recordedRedis();
  const keyPrefix = `passport-${randomBytes(6).toString('hex')}`;
  const all = () => client.keys(`${keyPrefix}:*`);
  return {
    imports: () => [],
    options: { engine: 'cache', caches: { default: { backend: 'redis', location: client, keyPrefix } } },
    during,
    keys: async () => (await all()).map((key) => key.slice(-32)),
    async close() {
      const left = await all();
      if (left.length > 0) await client.del(left);
      await client.quit();
    },
  };
}

/** A client of Redis that takes down the name of every command it sends; a script's is `SCRIPT`. */
export function recordedRedis(): { client: Redis; during: ShopStore['during'] } {
  const client = new Redis(REDIS_URL);
  const sent: string[] = [];
  const { sendCommand } = client;
  client.sendCommand = (command, ...others) => {
    sent.push(command.name.startsWith('eval') ? 'SCRIPT' : command.name.toUpperCase());
    return sendCommand.call(client, command, ...others);
  };
  return {
    client,
    async during(work) {
      // What a connection says as it is made is no part of the work.
      await client.ping();
      sent.length = 0;
      await work();
      return [...sent];
    },
  };
}

/** The engine `cache` in memory, whose operations can be made to fail. */
export function inMemory(): ShopStore & { readonly cache: RecordedCache } {
  const cache = new RecordedCache(Date.now);
  return {
    cache,
    imports: () => [],
    options: { engine: 'cache', caches: { default: { backend: cache } } },
    keys: async () => (await cache.entries()).map(({ key }) => key.slice(-32)),
    async during(work) {
      cache.operations.length = 0;
      await work();
      return [...cache.operations];
    },
    async close() {},
  };
}
