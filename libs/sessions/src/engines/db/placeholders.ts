import type { Dialect } from './dialect.js';

/** A statement with the placeholders of its database in the place of question marks. */
export function numbered(sql: string, dialect: Dialect): string {
  let n = 0;
  return dialect === 'postgres' ? sql.replace(/\?/g, () => `$${++n}`) : sql;
}
