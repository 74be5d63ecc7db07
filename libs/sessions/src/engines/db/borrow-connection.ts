import type { EventEmitter } from 'node:events';
import type { DataSource, QueryRunner } from 'typeorm';

/** A connection of a DataSource's pool, until it is given back. */
export interface BorrowedConnection {
  connection: unknown;
  /** By which TypeORM asks it; there is none where we have it from the driver itself. */
  runner?: QueryRunner;
  giveBack(): void | Promise<void>;
}

/**
 * From the driver itself where it is known how, as what TypeORM keeps of each of its query runners takes longer
 * than to lend a connection.
 */
export async function borrowConnection(dataSource: DataSource): Promise<BorrowedConnection> {
  if (dataSource.options.type === 'postgres' && !isWatched(dataSource)) return borrowFromPostgres(dataSource);
  const runner = dataSource.createQueryRunner();
  try {
    const connection: unknown = await runner.connect();
    return { connection, runner, giveBack: () => runner.release() };
  } catch (error) {
    await runner.release();
    throw error;
  }
}

/** What is used of TypeORM's driver of PostgreSQL. */
interface PostgresDriver {
  obtainMasterConnection(): Promise<[client: EventEmitter, release: (error?: Error) => void]>;
}

async function borrowFromPostgres(dataSource: DataSource): Promise<BorrowedConnection> {
  const [client, release] = await (dataSource.driver as unknown as PostgresDriver).obtainMasterConnection();
  let broken: Error | undefined;
  // Without a listener a lost connection would end the process. Whoever waits for an answer is told by the query.
  const onError = (error: Error) => {
    broken ??= error;
  };
  client.on('error', onError);
  return {
    connection: client,
    giveBack() {
      client.removeListener('error', onError);
      release(broken);
    },
  };
}

/** Whether the application wants to be told of every statement, or of slow ones: only the query runner does that. */
export function isWatched({ subscribers, options }: DataSource): boolean {
  return Boolean(options.maxQueryExecutionTime) || subscribers.some((one) => one.beforeQuery ?? one.afterQuery);
}
