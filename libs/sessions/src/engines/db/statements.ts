import { toDateTimeText } from '../../core/iso-time.js';
import type { Dialect } from './dialect.js';

/** The engine's whole SQL, one statement an operation, with the placeholders of its database. */
export interface Statements {
  load: string;
  exists: string;
  insert: string;
  update: string;
  updateExpected: string;
  cycle: string;
  cycleExpected: string;
  delete: string;
  clearExpired: (batchSize: number) => string;
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

export function statementsFor(dialect: Dialect): Statements {
  const numbered = (sql: string) => {
    let n = 0;
    return dialect === 'postgres' ? sql.replace(/\?/g, () => `$${++n}`) : sql;
  };
  const expected = ' AND session_data = ?';
  const update = `UPDATE ${TABLE} SET session_data = ?, expire_date = ? WHERE session_key = ?`;
  const cycle = `UPDATE ${TABLE} SET session_key = ?, session_data = ?, expire_date = ? WHERE session_key = ?`;
  return {
    load: numbered(
      `SELECT session_data, ${EXPIRES[dialect]} AS expires FROM ${TABLE} WHERE session_key = ? AND expire_date > ?`,
    ),
    exists: numbered(`SELECT 1 AS found FROM ${TABLE} WHERE session_key = ?`),
    insert: numbered(`INSERT INTO ${TABLE} (session_key, session_data, expire_date) VALUES (?, ?, ?)`),
    update: numbered(update),
    updateExpected: numbered(update + expected),
    cycle: numbered(cycle),
    cycleExpected: numbered(cycle + expected),
    delete: numbered(`DELETE FROM ${TABLE} WHERE session_key = ?`),
    clearExpired: (batchSize) =>
      dialect === 'mysql'
        ? `DELETE FROM ${TABLE} WHERE expire_date < ? LIMIT ${batchSize}`
        : numbered(
            `DELETE FROM ${TABLE} WHERE session_key IN (SELECT session_key FROM ${TABLE} WHERE expire_date < ? LIMIT ${batchSize})`,
          ),
    instant: (milliseconds) => toDateTimeText(milliseconds) + (dialect === 'postgres' ? '+00' : ''),
  };
}
