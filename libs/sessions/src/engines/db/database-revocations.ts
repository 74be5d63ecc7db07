import type { DataSource } from 'typeorm';
import type { Clock } from '../../core/clock.js';
import type { Revocations } from '../../core/revocations.js';
import { checkTable } from './check-table.js';
import { dialectOf } from './dialect.js';
import { type Outcome, runNumbered } from './run-statement.js';

const EXCLUDED = 'revoked_until = excluded.revoked_until, keep_until = excluded.keep_until';
const UPSERT = {
  sqlite: `ON CONFLICT (subject) DO UPDATE SET ${EXCLUDED}`,
  postgres: `ON CONFLICT (subject) DO UPDATE SET ${EXCLUDED}`,
  mysql: 'ON DUPLICATE KEY UPDATE revoked_until = VALUES(revoked_until), keep_until = VALUES(keep_until)',
};

/** The table `django_session_revocation`: it survives where a cache forgets. */
export class DatabaseRevocations implements Revocations {
  constructor(
    private readonly dataSource: () => DataSource,
    private readonly clock: Clock,
  ) {}

  async revoke(subject: string, at: number, keepUntil: number): Promise<void> {
    const upsert = UPSERT[dialectOf(this.dataSource())];
    await this.#query(
      `INSERT INTO django_session_revocation (subject, revoked_until, keep_until) VALUES (?, ?, ?) ${upsert}`,
      [subject, Math.ceil(at), Math.ceil(keepUntil)],
    );
  }

  async revokedUntil(subjects: readonly string[]): Promise<(number | null)[]> {
    const places = subjects.map(() => '?').join(', ');
    const { records } = await this.#query(
      `SELECT subject, revoked_until FROM django_session_revocation WHERE subject IN (${places})`,
      [...subjects],
    );
    const rows = records as { subject: string | Buffer; revoked_until: number | string }[];
    const found = new Map(rows.map((row) => [String(row.subject), Number(row.revoked_until)]));
    return subjects.map((subject) => found.get(subject) ?? null);
  }

  /** Drops what revokes nothing any more. */
  async clearExpired(): Promise<void> {
    await this.#query('DELETE FROM django_session_revocation WHERE keep_until < ?', [Math.floor(this.clock())]);
  }

  async check(): Promise<void> {
    await checkTable(this.dataSource(), 'django_session_revocation');
  }

  #query(sql: string, values: unknown[]): Promise<Outcome> {
    return runNumbered(this.dataSource(), sql, values);
  }
}
