import type { Socket } from 'node:net';
import type { DataSource } from 'typeorm';
import { type Clock, systemClock } from '../../core/clock.js';
import { fromIsoText } from '../../core/iso-time.js';
import type { ClearExpiredOptions, SavedSession, SessionEngine, StoredSession } from '../../core/session-engine.js';
import { claimSessionKey, newSessionKey } from '../../core/session-key.js';
import { dialectOf } from './dialect.js';
import { type Statements, statementsFor } from './statements.js';

/** Milliseconds. Drivers wait for an answer as long as it takes; a visitor does not. */
const PATIENCE = 5000;
/** Nobody waits for the clearing of a large table. */
const CLEARING_PATIENCE = 600_000;

export interface DatabaseEngineOptions {
  clock?: Clock;
  newKey?: () => string;
}

/**
 * Sessions in Django's table, through an application's TypeORM DataSource: one statement an
 * operation, and no entity in between. Django: `django.contrib.sessions.backends.db`.
 */
export class DatabaseEngine implements SessionEngine {
  readonly #dataSource: () => DataSource;
  readonly #clock: Clock;
  readonly #newKey: () => string;
  #statements: Statements | null = null;

  /** The DataSource, or a function that answers it, for one that is not there yet. */
  constructor(dataSource: DataSource | (() => DataSource), options: DatabaseEngineOptions = {}) {
    this.#dataSource = typeof dataSource === 'function' ? dataSource : () => dataSource;
    this.#clock = options.clock ?? systemClock;
    this.#newKey = options.newKey ?? newSessionKey;
  }

  /** Looks the DataSource up now, so that a missing or unfit one is told at start-up. */
  onModuleInit(): void {
    void this.#sql;
  }

  async load(key: string): Promise<StoredSession | null> {
    const { load, instant } = this.#sql;
    const { records } = await this.#query(load, [key, instant(this.#clock())]);
    const [row] = records as { session_data: string; expires: unknown }[];
    if (!row) return null;
    const expiresAt = fromIsoText(`${String(row.expires)}+00:00`, 'UTC');
    return { payload: row.session_data, version: row.session_data, ...(expiresAt !== null && { expiresAt }) };
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
    let affected: number | undefined;
    const newKey = await claimSessionKey(
      (drawn) =>
        this.#unlessTaken(async () => {
          const values = [drawn, payload, instant(expiresAt), key];
          ({ affected } = await (expected === undefined
            ? this.#query(cycle, values)
            : this.#query(cycleExpected, [...values, expected])));
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
      gone = (await this.#query(statement, [instant(now)], CLEARING_PATIENCE)).affected ?? 0;
      total += gone;
    } while (gone === batchSize);
    return total;
  }

  get #sql(): Statements {
    return (this.#statements ??= statementsFor(dialectOf(this.#dataSource())));
  }

  /** One statement, within `patience` milliseconds. */
  #query(sql: string, values: unknown[], patience = PATIENCE): Promise<{ records: unknown[]; affected?: number }> {
    const runner = this.#dataSource().createQueryRunner();
    return new Promise((resolve, reject) => {
      let connection: unknown;
      let isLate = false;
      const ask = async () => {
        try {
          connection = await runner.connect();
          // Whoever has been told that it failed does not expect it any more.
          if (!isLate) resolve(await runner.query(sql, values, true));
        } finally {
          await runner.release();
        }
      };
      const timer = setTimeout(() => {
        isLate = true;
        hangUp(connection);
        reject(new Error(`The database did not answer within ${patience / 1000} s.`));
      }, patience);
      ask().catch(reject).finally(() => clearTimeout(timer));
    });
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

/** A connection that does not answer may lead nowhere: its pool shall not hand it out again, and make another. */
function hangUp(connection: unknown): void {
  const { stream, connection: inner } = (connection ?? {}) as { stream?: Socket; connection?: { stream?: Socket } };
  (stream ?? inner?.stream)?.destroy();
}

const DUPLICATE_KEY: unknown[] = ['SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT_UNIQUE', '23505', 'ER_DUP_ENTRY'];

function isDuplicateKey(error: unknown): boolean {
  const { driverError } = error as { driverError?: { code?: unknown } };
  return DUPLICATE_KEY.includes(driverError?.code);
}
