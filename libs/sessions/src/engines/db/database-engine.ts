import type { DataSource } from 'typeorm';
import { type Clock, systemClock } from '../../core/clock.js';
import { fromIsoText } from '../../core/iso-time.js';
import type { ClearExpiredOptions, SavedSession, SessionEngine, StoredSession } from '../../core/session-engine.js';
import { claimSessionKey, newSessionKey } from '../../core/session-key.js';
import type { UserIndex } from '../../core/user-index.js';
import { DatabaseUserIndex } from './database-user-index.js';
import { dialectOf } from './dialect.js';
import { NoAnswerError, type Outcome, runStatement, type Terms } from './run-statement.js';
import { type Statements, statementsFor } from './statements.js';

/** Milliseconds: no visitor waits for the clearing of a large table. */
const CLEARING_PATIENCE = 600_000;

export interface DatabaseEngineOptions {
  clock?: Clock;
  newKey?: () => string;
  /** Whether `load` tells when a session ends, which only a cache in front of it wants to know. Default true. */
  tellsEnd?: boolean;
}

/**
 * Sessions in Django's table, through an application's TypeORM DataSource: one statement an
 * operation, and no entity in between. Django: `django.contrib.sessions.backends.db`.
 */
export class DatabaseEngine implements SessionEngine {
  readonly users: UserIndex;
  readonly #dataSource: () => DataSource;
  readonly #clock: Clock;
  readonly #newKey: () => string;
  readonly #tellsEnd: boolean;
  #statements: Statements | null = null;

  /** The DataSource, or a function that answers it, for one that is not there yet. */
  constructor(dataSource: DataSource | (() => DataSource), options: DatabaseEngineOptions = {}) {
    this.#dataSource = typeof dataSource === 'function' ? dataSource : () => dataSource;
    this.#clock = options.clock ?? systemClock;
    this.users = new DatabaseUserIndex(this.#dataSource, this.#clock);
    this.#newKey = options.newKey ?? newSessionKey;
    this.#tellsEnd = options.tellsEnd ?? true;
  }

  /** Looks the DataSource up now, so that a missing or unfit one is told at start-up. */
  onModuleInit(): void {
    void this.#sql;
  }

  async load(key: string): Promise<StoredSession | null> {
    const { load, loadWithEnd, instant } = this.#sql;
    const { records } = await this.#query(this.#tellsEnd ? loadWithEnd : load, [key, instant(this.#clock())]);
    const [row] = records as { session_data: string; expires?: unknown }[];
    if (!row) return null;
    const { session_data: payload, expires } = row;
    const end = expires === undefined ? null : fromIsoText(`${String(expires)}+00:00`, 'UTC');
    return end === null ? { payload, version: payload } : { payload, version: payload, expiresAt: end };
  }

  async exists(key: string): Promise<boolean> {
    return (await this.#query(this.#sql.exists, [key])).records.length > 0;
  }

  async create(payload: string, expiresAt: number): Promise<SavedSession> {
    const { insert, instant } = this.#sql;
    const key = await claimSessionKey(
      (drawn) => this.#unlessTaken(() => this.#query(insert, [drawn, payload, instant(expiresAt)])),
      this.#newKey,
    );
    return { key, version: payload };
  }

  async save(key: string, payload: string, expiresAt: number, expected?: unknown): Promise<SavedSession | null> {
    const { update, updateExpected, instant } = this.#sql;
    const values = [payload, instant(expiresAt), key];
    const { affected } = await (expected === undefined
      ? this.#query(update, values)
      : this.#query(updateExpected, [...values, expected]));
    return affected ? { key, version: payload } : null;
  }

  async cycle(key: string, payload: string, expiresAt: number, expected?: unknown): Promise<SavedSession | null> {
    const { cycle, cycleExpected, instant } = this.#sql;
    const date = instant(expiresAt);
    let affected: number | undefined;
    const newKey = await claimSessionKey(
      (drawn) =>
        this.#unlessTaken(async () => {
          const values = [drawn, payload, date, key];
          const question =
            expected === undefined
              ? this.#query(cycle, values)
              : this.#query(cycleExpected, [...values, expected], {
                  undo: { sql: cycleExpected, values: [key, expected, date, drawn, payload] },
                });
          ({ affected } = await question.catch((error: unknown) => this.#unlessMoved(drawn, error)));
        }),
      this.#newKey,
    );
    return affected ? { key: newKey, version: payload } : null;
  }

  async delete(key: string): Promise<void> {
    await this.#query(this.#sql.delete, [key]);
  }

  async clearExpired({ batchSize, now }: ClearExpiredOptions): Promise<number> {
    const { clearExpired, instant } = this.#sql;
    const statement = clearExpired(batchSize);
    let total = 0;
    let gone: number;
    do {
      gone = (await this.#query(statement, [instant(now)], { patience: CLEARING_PATIENCE })).affected ?? 0;
      total += gone;
    } while (gone === batchSize);
    return total;
  }

  async *keys(batchSize: number): AsyncIterable<string[]> {
    const { keys: statement, instant } = this.#sql;
    for (let after: string | undefined = ''; after !== undefined;) {
      const values = [after, instant(this.#clock())];
      const { records } = await this.#query(statement(batchSize), values, { patience: CLEARING_PATIENCE });
      const batch = (records as { session_key: string }[]).map(({ session_key }) => session_key);
      if (batch.length > 0) yield batch;
      after = batch.length === batchSize ? batch.at(-1) : undefined;
    }
  }

  get #sql(): Statements {
    return (this.#statements ??= statementsFor(dialectOf(this.#dataSource())));
  }

  #query(sql: string, values: unknown[], terms?: Terms): Promise<Outcome> {
    // What is cleared or listed in batches has their size in its text, and is rare.
    const isPrepared = terms?.patience === undefined;
    return runStatement(this.#dataSource(), { sql, values, isPrepared }, terms);
  }

  /**
   * A connection that is lost may take with it the answer alone. Nobody but us knows the new key: where it
   * is in use, the session has moved, and the visitor has to be told, or nobody would find it again.
   */
  async #unlessMoved(newKey: string, error: unknown): Promise<Outcome> {
    if (error instanceof NoAnswerError || isDuplicateKey(error)) throw error;
    if (await this.exists(newKey).catch(() => false)) return { records: [], affected: 1 };
    throw error;
  }

  async #unlessTaken(write: () => Promise<unknown>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }
}

const DUPLICATE_KEY: unknown[] = ['SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT_UNIQUE', '23505', 'ER_DUP_ENTRY'];

function isDuplicateKey(error: unknown): boolean {
  // TypeORM's query runner wraps what the driver throws.
  const { driverError = error } = error as { driverError?: unknown };
  return DUPLICATE_KEY.includes((driverError as { code?: unknown }).code);
}
