import { toDateTimeText } from '../../core/iso-time.js';
import type { Dialect } from './dialect.js';
import { numbered as withPlaceholders } from './placeholders.js';

/** The engine's whole SQL, one statement an operation, with the placeholders of its database. */
export interface Statements {
  load: string;
  /** The same, and when it ends. */
  loadWithEnd: string;
  exists: string;
  insert: string;
  update: string;
  updateExpected: string;
  cycle: string;
  cycleExpected: string;
  delete: string;
  clearExpired: (batchSize: number) => string;
  keys: (batchSize: number) => string;
  /** An instant (milliseconds) as this database takes it. */
  instant: (milliseconds: number) => string;
}

const TABLE = 'django_session';

/** The date as UTC text: drivers turn dates into what their options say, texts they leave alone. */
const EXPIRES: Record<Dialect, string> = {
  sqlite: 'CAST(expire_date AS TEXT)',
  postgres: "CAST(expire_date AT TIME ZONE 'UTC' AS varchar)",
  mysql: 'CAST(expire_date AS CHAR)',
};

/**
 * PostgreSQL chooses by what the rows were when the statement began: without a lock, one that is saved at that
 * very moment would go all the same. What is locked by others stays for the next time.
 */
const CLEAR_EXPIRED: Record<Dialect, (batchSize: number) => string> = {
  sqlite: (batchSize) =>
    `DELETE FROM ${TABLE} WHERE session_key IN (SELECT session_key FROM ${TABLE} WHERE expire_date < ? LIMIT ${batchSize})`,
  postgres: (batchSize) =>
    `DELETE FROM ${TABLE} WHERE session_key = ANY (ARRAY(SELECT session_key FROM ${TABLE} WHERE expire_date < $1 LIMIT ${batchSize} FOR UPDATE SKIP LOCKED))`,
  mysql: (batchSize) => `DELETE FROM ${TABLE} WHERE expire_date < ? LIMIT ${batchSize}`,
};

export function statementsFor(dialect: Dialect): Statements {
  const numbered = (sql: string) => withPlaceholders(sql, dialect);
  const found = ` FROM ${TABLE} WHERE session_key = ? AND expire_date > ?`;
  const expected = ' AND session_data = ?';
  const update = `UPDATE ${TABLE} SET session_data = ?, expire_date = ? WHERE session_key = ?`;
  const cycle = `UPDATE ${TABLE} SET session_key = ?, session_data = ?, expire_date = ? WHERE session_key = ?`;
  return {
    load: numbered(`SELECT session_data${found}`),
    loadWithEnd: numbered(`SELECT session_data, ${EXPIRES[dialect]} AS expires${found}`),
    exists: numbered(`SELECT 1 AS found FROM ${TABLE} WHERE session_key = ?`),
    insert: numbered(`INSERT INTO ${TABLE} (session_key, session_data, expire_date) VALUES (?, ?, ?)`),
    update: numbered(update),
    updateExpected: numbered(update + expected),
    cycle: numbered(cycle),
    cycleExpected: numbered(cycle + expected),
    delete: numbered(`DELETE FROM ${TABLE} WHERE session_key = ?`),
    clearExpired: CLEAR_EXPIRED[dialect],
    keys: (batchSize) =>
      numbered(
        `SELECT session_key FROM ${TABLE} WHERE session_key > ? AND expire_date > ? ORDER BY session_key LIMIT ${batchSize}`,
      ),
    instant: (milliseconds) => toDateTimeText(milliseconds) + (dialect === 'postgres' ? '+00' : ''),
  };
}
