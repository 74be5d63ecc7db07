import { afterEach, describe, expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { CreateDjangoSession1700000000000, DatabaseEngine, DjangoSession } from 'nestjs-django-sessions/typeorm';

/** What `manage.py sqlmigrate sessions 0001` prints for SQLite. */
const DJANGO_TABLE =
  'CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" datetime NOT NULL)';
const DJANGO_INDEX = 'CREATE INDEX "django_session_expire_date_a5c62663" ON "django_session" ("expire_date")';

let dataSource: DataSource;
afterEach(() => dataSource.destroy());

const open = async (options: object) => {
  dataSource = new DataSource({ type: 'better-sqlite3', database: ':memory:', ...options });
  await dataSource.initialize();
};
const schema = async () =>
  (
    (await dataSource.query("SELECT sql FROM sqlite_master WHERE tbl_name = 'django_session' AND sql IS NOT NULL")) as {
      sql: string;
    }[]
  ).map(({ sql }) => sql);

describe("Django's table", () => {
  test('the migration makes what Django makes, word for word', async () => {
    await open({ migrations: [CreateDjangoSession1700000000000], migrationsRun: true });
    expect(await schema()).toEqual([DJANGO_TABLE, DJANGO_INDEX]);
  });

  test('a table that is there already is left alone, with its sessions', async () => {
    await open({ migrations: [CreateDjangoSession1700000000000] });
    await dataSource.query(DJANGO_TABLE);
    await dataSource.query(`INSERT INTO django_session VALUES ('k', 'd', '2030-01-01 00:00:00')`);
    await dataSource.runMigrations();
    expect(await dataSource.query('SELECT * FROM django_session')).toHaveLength(1);
  });

  test('the migration can be undone', async () => {
    await open({ migrations: [CreateDjangoSession1700000000000], migrationsRun: true });
    await dataSource.undoLastMigration();
    expect(await schema()).toEqual([]);
  });

  test('synchronize never makes or changes it', async () => {
    await open({ entities: [DjangoSession], synchronize: true });
    expect(await schema()).toEqual([]);
    await dataSource.query('CREATE TABLE django_session (session_key text)');
    await dataSource.synchronize();
    expect(await schema()).toEqual(['CREATE TABLE django_session (session_key text)']);
  });

  test('its columns and its index are those of the entity', async () => {
    await open({ entities: [DjangoSession], migrations: [CreateDjangoSession1700000000000], migrationsRun: true });
    const { tableName, columns, indices } = dataSource.getMetadata(DjangoSession);
    expect(tableName).toBe('django_session');
    const inTable = (await dataSource.query('PRAGMA table_info(django_session)')) as { name: string; type: string }[];
    expect(
      columns.map(({ databaseName, length, type }) => [
        databaseName,
        dataSource.driver.normalizeType({ type }) + (length ? `(${length})` : ''),
      ]),
    ).toEqual(inTable.map(({ name, type }) => [name, type.toLowerCase()]));
    expect(indices.map(({ name }) => name)).toEqual(['django_session_expire_date_a5c62663']);
  });

  test('the entity reads what the engine wrote', async () => {
    await open({ entities: [DjangoSession], migrations: [CreateDjangoSession1700000000000], migrationsRun: true });
    const expiresAt = Date.now() + 60_000;
    const { key } = await new DatabaseEngine(dataSource).create('data', expiresAt);
    const found = await dataSource.getRepository(DjangoSession).findOneByOrFail({ sessionKey: key });
    expect(found).toMatchObject({ sessionData: 'data', expireDate: new Date(expiresAt) });
  });
});
