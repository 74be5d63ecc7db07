import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type Dialect, dialectOf } from './dialect.js';

/** `text`: a type whose values are the same only letter by letter. Instants are milliseconds since the epoch. */
const tablesFor = (text: string): Record<string, string[]> => ({
  django_session_user: [
    `CREATE TABLE django_session_user (session_key varchar(40) NOT NULL, user_id ${text}(255) NOT NULL, expires_at bigint NOT NULL, PRIMARY KEY (user_id, session_key))`,
    'CREATE INDEX django_session_user_expires_at ON django_session_user (expires_at)',
  ],
  django_session_revocation: [
    `CREATE TABLE django_session_revocation (subject ${text}(300) NOT NULL PRIMARY KEY, revoked_until bigint NOT NULL, keep_until bigint NOT NULL)`,
    'CREATE INDEX django_session_revocation_keep_until ON django_session_revocation (keep_until)',
  ],
});

/** MySQL's own texts leave blanks at their ends out of account, and mostly capitals, too. */
const TEXT: Record<Dialect, string> = { sqlite: 'varchar', postgres: 'varchar', mysql: 'varbinary' };

/**
 * Makes the tables of the option `userSessions`, beside Django's own, which stays as it is: whose sessions
 * there are, and which sessions in cookies are revoked. A table that is there already is left alone.
 */
export class CreateUserSessions1700000000001 implements MigrationInterface {
  readonly name = 'CreateUserSessions1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    const dialect = dialectOf(runner.dataSource ?? runner.connection);
    for (const [table, statements] of Object.entries(tablesFor(TEXT[dialect]))) {
      if (await runner.hasTable(table)) continue;
      for (const statement of statements) await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of Object.keys(tablesFor(TEXT.sqlite))) await runner.query(`DROP TABLE ${table}`);
  }
}
