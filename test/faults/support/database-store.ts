import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { dropDatabase, openDatabase } from '../../support/databases.js';
import type { StoreUnderFault } from './store-under-fault.js';
import { TcpProxy } from './tcp-proxy.js';

/** What a database says when its disk is full, from a trigger, as the servers are shared. Rows can still be deleted. */
const FULL = {
  PostgreSQL: {
    begin: [
      `CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`,
      'CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON django_session FOR EACH ROW EXECUTE FUNCTION disk_full()',
    ],
    end: ['DROP FUNCTION disk_full CASCADE'],
  },
  MariaDB: {
    begin: ['INSERT', 'UPDATE'].map(
      (event) =>
        `CREATE TRIGGER disk_full_${event} BEFORE ${event} ON django_session FOR EACH ROW
         SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'The table is full'`,
    ),
    end: ['DROP TRIGGER disk_full_INSERT', 'DROP TRIGGER disk_full_UPDATE'],
  },
};

/** A database of our own behind a proxy: the servers are shared, and are never stopped. */
export async function databaseStore(kind: 'PostgreSQL' | 'MariaDB'): Promise<StoreUnderFault> {
  const direct = await openDatabase(kind);
  const { type, url } = direct.options as { type: 'postgres'; url: string };
  const behind = new URL(url);
  const proxy = await TcpProxy.before(Number(behind.port));
  behind.port = String(proxy.port);
  behind.hostname = '127.0.0.1';
  const run = async (statements: string[]) => {
    for (const statement of statements) await direct.query(statement);
  };
  return {
    options: { engine: 'db', dataSource: 'faulty' },
    // Nothing but what everybody writes: what bounds a database that hangs is the library.
    imports: [TypeOrmModule.forRoot({ name: 'faulty', type, url: behind.href } as TypeOrmModuleOptions)],
    faults: {
      stopped: { begin: () => proxy.refuse(), end: () => proxy.accept() },
      paused: { begin: () => proxy.pause(), end: () => proxy.resume() },
      slow: { begin: () => proxy.slow(1000), end: () => proxy.slow(0) },
      full: { begin: () => run(FULL[kind].begin), end: () => run(FULL[kind].end) },
      restart: async () => {
        await proxy.refuse();
        await proxy.accept();
      },
      cutReply: (nth) => proxy.cutReply(nth),
      strand: () => proxy.strand(),
    },
    close: () => closeAll(proxy, direct),
  };
}

async function closeAll(proxy: TcpProxy, direct: DataSource): Promise<void> {
  await proxy.close();
  await dropDatabase(direct);
}
