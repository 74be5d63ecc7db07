import type { DataSource } from 'typeorm';
import type { Clock } from '../../core/clock.js';
import type { UserIndex } from '../../core/user-index.js';
import { checkTable } from './check-table.js';
import { dialectOf } from './dialect.js';
import { type Outcome, runNumbered } from './run-statement.js';

const UPSERT = {
  sqlite: 'ON CONFLICT (user_id, session_key) DO UPDATE SET expires_at = excluded.expires_at',
  postgres: 'ON CONFLICT (user_id, session_key) DO UPDATE SET expires_at = excluded.expires_at',
  mysql: 'ON DUPLICATE KEY UPDATE expires_at = VALUES(expires_at)',
};

/** The table `django_session_user`, beside Django's own. */
export class DatabaseUserIndex implements UserIndex {
  constructor(
    private readonly dataSource: () => DataSource,
    private readonly clock: Clock,
  ) {}

  async add(userId: string, key: string, expiresAt: number): Promise<void> {
    const upsert = UPSERT[dialectOf(this.dataSource())];
    await this.#query(`INSERT INTO django_session_user (user_id, session_key, expires_at) VALUES (?, ?, ?) ${upsert}`, [
      userId,
      key,
      Math.ceil(Math.min(expiresAt, Number.MAX_SAFE_INTEGER)),
    ]);
  }

  async keysOf(userId: string): Promise<string[]> {
    const { records } = await this.#query('SELECT session_key FROM django_session_user WHERE user_id = ?', [userId]);
    return (records as { session_key: string }[]).map(({ session_key }) => session_key);
  }

  async remove(userId: string, keys: readonly string[]): Promise<void> {
    const places = keys.map(() => '?').join(', ');
    await this.#query(`DELETE FROM django_session_user WHERE user_id = ? AND session_key IN (${places})`, [
      userId,
      ...keys,
    ]);
  }

  /** Drops what nobody looked at since it expired. */
  async clearExpired(): Promise<void> {
    await this.#query('DELETE FROM django_session_user WHERE expires_at < ?', [Math.floor(this.clock())]);
  }

  async check(): Promise<void> {
    await checkTable(this.dataSource(), 'django_session_user');
  }

  #query(sql: string, values: unknown[]): Promise<Outcome> {
    return runNumbered(this.dataSource(), sql, values);
  }
}
