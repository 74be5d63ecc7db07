import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type Dialect, dialectOf } from './dialect.js';

const INDEX = 'django_session_expire_date_a5c62663';

const STATEMENTS: Record<Dialect, string[]> = {
  sqlite: [
    `CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" datetime NOT NULL)`,
    `CREATE INDEX "${INDEX}" ON "django_session" ("expire_date")`,
  ],
  postgres: [
    `CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" timestamp with time zone NOT NULL)`,
    `CREATE INDEX "django_session_session_key_c0390e0f_like" ON "django_session" ("session_key" varchar_pattern_ops)`,
    `CREATE INDEX "${INDEX}" ON "django_session" ("expire_date")`,
  ],
  mysql: [
    'CREATE TABLE `django_session` (`session_key` varchar(40) NOT NULL PRIMARY KEY, `session_data` longtext NOT NULL, `expire_date` datetime(6) NOT NULL)',
    `CREATE INDEX \`${INDEX}\` ON \`django_session\` (\`expire_date\`)`,
  ],
};

/**
 * Makes the table that Django's own `sessions.0001_initial` makes, column by column. Where the
 * table is there already, Django's or ours, it changes nothing.
 */
export class CreateDjangoSession1700000000000 implements MigrationInterface {
  readonly name = 'CreateDjangoSession1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    if (await runner.hasTable('django_session')) return;
    for (const statement of STATEMENTS[dialectOf(runner.dataSource ?? runner.connection)])
      await runner.query(statement);
  }

  /** Drops the table, with everybody's sessions: also Django's, if it is shared. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE django_session');
  }
}
