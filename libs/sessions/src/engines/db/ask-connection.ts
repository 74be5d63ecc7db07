import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { type BorrowedConnection, isWatched } from './borrow-connection.js';
import type { Outcome, Statement } from './run-statement.js';

type Ask = (connection: never, statement: Statement, isPrepared: boolean) => Promise<Outcome>;

const mysql: Ask = async (connection: MysqlConnection, { sql, values }) => {
  const [result] = await connection.promise().query(sql, values);
  return Array.isArray(result) ? { records: result } : { records: [], affected: result.affectedRows };
};

/**
 * By the driver's own means, where they are known: what a query runner does around a statement takes longer than
 * the statement itself. The connection is the pool's, and TypeORM's logger hears of it, without the values,
 * which are keys.
 */
const ASK: Record<string, Ask> = {
  async postgres(connection: PostgresConnection, { sql, values }, isPrepared) {
    const query = isPrepared ? { name: nameOf(sql), text: sql, values } : { text: sql, values };
    const { rows, rowCount } = await connection.query(query);
    return { records: rows, affected: rowCount ?? 0 };
  },

  mysql,
  mariadb: mysql,

  async 'better-sqlite3'(connection: SqliteConnection, { sql, values }, isPrepared) {
    const statement = isPrepared ? keptStatement(connection, sql) : connection.prepare(sql);
    if (statement.reader) return { records: statement.all(...values) };
    return { records: [], affected: statement.run(...values).changes };
  },
};

/** Sources whose servers, or a pooler before them, do not keep statements. */
const unprepared = new WeakSet<DataSource>();

/** PostgreSQL's codes: it knows no such statement, another one has its name, or the table is another since. None was carried out. */
const NOT_PREPARED: unknown[] = ['26000', '42P05', '0A000'];

/** Runs a statement on a connection. Throws what the driver throws. */
export async function askConnection(
  dataSource: DataSource,
  { connection, runner }: Pick<BorrowedConnection, 'connection' | 'runner'>,
  statement: Statement,
): Promise<Outcome> {
  const ask = ASK[dataSource.options.type];
  if (runner && (!ask || isWatched(dataSource))) return runner.query(statement.sql, statement.values, true);
  const isPrepared = statement.isPrepared === true && !unprepared.has(dataSource);
  const { logger } = dataSource;
  logger.logQuery(statement.sql, undefined, runner);
  try {
    return await ask!(connection as never, statement, isPrepared);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (isPrepared && NOT_PREPARED.includes(code)) {
      unprepared.add(dataSource);
      return askConnection(dataSource, { connection, ...(runner && { runner }) }, statement);
    }
    logger.logQueryError(error as Error, statement.sql, undefined, runner);
    throw error;
  }
}

const names = new Map<string, string>();

/** The same for the same text, so that whoever shares a connection, and its statements, means the same by it. */
function nameOf(sql: string): string {
  let name = names.get(sql);
  if (name === undefined) {
    name = `sessions_${createHash('sha256').update(sql).digest('hex').slice(0, 16)}`;
    names.set(sql, name);
  }
  return name;
}

const sqliteStatements = new WeakMap<SqliteConnection, Map<string, SqliteStatement>>();

function keptStatement(connection: SqliteConnection, sql: string): SqliteStatement {
  let known = sqliteStatements.get(connection);
  if (!known) sqliteStatements.set(connection, (known = new Map()));
  let statement = known.get(sql);
  if (!statement) known.set(sql, (statement = connection.prepare(sql)));
  return statement;
}

/** What is used of each driver's connection. */
interface PostgresConnection {
  query(query: {
    name?: string;
    text: string;
    values: unknown[];
  }): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

interface MysqlConnection {
  promise(): { query(sql: string, values: unknown[]): Promise<[unknown[] | { affectedRows: number }]> };
}

interface SqliteConnection {
  prepare(sql: string): SqliteStatement;
}

interface SqliteStatement {
  reader: boolean;
  all(...values: unknown[]): unknown[];
  run(...values: unknown[]): { changes: number };
}
