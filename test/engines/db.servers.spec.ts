import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { DatabaseEngine, DjangoSession } from 'nestjs-django-sessions/typeorm';
import { sessionEngineCases } from 'nestjs-django-sessions/testing';
import { type DatabaseKind, databasesThatAnswer, dropDatabase, openDatabase } from '../support/databases.js';
import { StatementLog } from '../support/statements.js';

/** What `manage.py migrate` of Django 5.2 leaves in the catalogues. */
const DJANGO: Record<DatabaseKind, { columns: unknown[]; indexes: string[] }> = {
  SQLite: {
    columns: [
      ['expire_date', 'datetime'],
      ['session_data', 'text'],
      ['session_key', 'varchar(40)'],
    ],
    indexes: ['django_session_expire_date_a5c62663'],
  },
  PostgreSQL: {
    columns: [
      ['expire_date', 'timestamp with time zone'],
      ['session_data', 'text'],
      ['session_key', 'character varying(40)'],
    ],
    indexes: [
      'django_session_expire_date_a5c62663 btree (expire_date)',
      'django_session_pkey btree (session_key)',
      'django_session_session_key_c0390e0f_like btree (session_key varchar_pattern_ops)',
    ],
  },
  MariaDB: {
    columns: [
      ['expire_date', 'datetime(6)'],
      ['session_data', 'longtext'],
      ['session_key', 'varchar(40)'],
    ],
    indexes: ['django_session_expire_date_a5c62663', 'PRIMARY'],
  },
};

const CATALOGUES: Record<DatabaseKind, { columns: string; indexes: string }> = {
  SQLite: {
    columns: `SELECT name, lower(type) AS type FROM pragma_table_info('django_session') WHERE "notnull" = 1 ORDER BY 1`,
    indexes: `SELECT name FROM pragma_index_list('django_session') WHERE origin = 'c' ORDER BY 1`,
  },
  PostgreSQL: {
    columns: `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
              WHERE attrelid = 'django_session'::regclass AND attnum > 0 AND attnotnull ORDER BY 1`,
    indexes: `SELECT indexname || ' ' || substring(indexdef FROM 'USING (.*)$') AS name FROM pg_indexes
              WHERE tablename = 'django_session' ORDER BY 1`,
  },
  MariaDB: {
    columns: `SELECT column_name AS name, column_type AS type FROM information_schema.columns
              WHERE table_schema = database() AND table_name = 'django_session' AND is_nullable = 'NO' ORDER BY 1`,
    indexes: `SELECT DISTINCT index_name AS name FROM information_schema.statistics
              WHERE table_schema = database() AND table_name = 'django_session' ORDER BY 1`,
  },
};

describe.each(await databasesThatAnswer())('the database engine on %s', (kind) => {
  const log = new StatementLog();
  let dataSource: DataSource;
  beforeAll(async () => {
    dataSource = await openDatabase(kind, log);
  });
  afterAll(() => dropDatabase(dataSource));

  const cases = sessionEngineCases({
    make: async (clock) => {
      await dataSource.query('DELETE FROM django_session');
      return new DatabaseEngine(dataSource, { clock });
    },
  });
  for (const { name, run } of cases) test(name, run);

  test("its table is Django's", async () => {
    const columns = (await dataSource.query(CATALOGUES[kind].columns)) as { name: string; type: string }[];
    const indexes = (await dataSource.query(CATALOGUES[kind].indexes)) as { name: string }[];
    expect(columns.map(({ name, type }) => [name, type])).toEqual(DJANGO[kind].columns);
    expect(indexes.map(({ name }) => name)).toEqual(DJANGO[kind].indexes);
  });

  test('dates keep their microseconds, and are the instant they name', async () => {
    const engine = new DatabaseEngine(dataSource);
    const { key } = await engine.create('{}', 1_893_553_445_123.456);
    const text = {
      SQLite: 'expire_date',
      PostgreSQL: `to_char(expire_date AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`,
      MariaDB: 'CAST(expire_date AS CHAR)',
    };
    const placeholder = kind === 'PostgreSQL' ? '$1' : '?';
    const [row] = await dataSource.query(
      `SELECT ${text[kind]} AS date FROM django_session WHERE session_key = ${placeholder}`,
      [key],
    );
    expect(row.date).toBe('2030-01-02 03:04:05.123456');
  });

  test('the entity reads them', async () => {
    const expiresAt = Math.floor(Date.now()) + 60_000;
    const { key } = await new DatabaseEngine(dataSource).create('data', expiresAt);
    const other = await new DataSource({
      ...dataSource.options,
      entities: [DjangoSession],
      migrations: [],
    } as never).initialize();
    const found =
      kind === 'SQLite' ? null : await other.getRepository(DjangoSession).findOneByOrFail({ sessionKey: key });
    await other.destroy();
    if (found) expect(found).toMatchObject({ sessionData: 'data', expireDate: new Date(expiresAt) });
  });

  test('every operation is one statement', async () => {
    const engine = new DatabaseEngine(dataSource);
    const end = Date.now() + 60_000;
    let key = '';
    let version: unknown;
    expect(await log.during(async () => ({ key, version } = await engine.create('{}', end)))).toEqual(['INSERT']);
    expect(await log.during(() => engine.load(key))).toEqual(['SELECT']);
    expect(await log.during(() => engine.exists(key))).toEqual(['SELECT']);
    expect(await log.during(() => engine.save(key, '{"a":1}', end, version))).toEqual(['UPDATE']);
    expect(await log.during(() => engine.save(key, '{"a":2}', end))).toEqual(['UPDATE']);
    expect(await log.during(async () => ({ key } = (await engine.cycle(key, '{}', end))!))).toEqual(['UPDATE']);
    expect(await log.during(() => engine.delete(key))).toEqual(['DELETE']);
    const options = { batchSize: 1000, now: Date.now(), isExpired: () => true };
    expect(await log.during(() => engine.clearExpired(options))).toEqual(['DELETE']);
  });
});
