import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { CreateDjangoSession1700000000000 } from 'nestjs-django-sessions/typeorm';
import { DataSource } from 'typeorm';
import { noteSkipped, servicesAreRequired } from '../support/skipped.js';
import { noDjango, VERSIONS } from './djangos.js';
import { type Engine, ENGINES } from './engines.js';
import { whyNotRun } from './not-run.js';
import { Pair } from './scene.js';
import { USER } from './secrets.js';
import { findServices, stopOwnServices } from './services.js';
import type { SharedStore } from './shared-store.js';
import { Visitor } from './visitor.js';

/* Django's table of sessions, made by whichever side comes first. */

const missing = VERSIONS.map(noDjango).find((reason) => reason !== null);
const found = await findServices();
afterAll(stopOwnServices);

const databases = ENGINES.filter(({ name }) => name === 'db');

describe.each(databases)('$title', (engine) => {
  const notRun = missing ?? whyNotRun(engine, found);
  if (notRun) {
    if (servicesAreRequired) test('can be run', () => expect(notRun).toBeNull());
    else {
      noteSkipped(`Skipped: interop with Django: ${notRun}.`);
      // oxlint-disable-next-line jest/no-disabled-tests -- it cannot be, and the end of the run says why
      test.skip('cannot be run', () => {});
    }
    return;
  }

  let pair: Pair;
  afterEach(() => pair?.stop());

  test.each(['3.2', '6.1'] as const)(
    'Django %s takes the table that our migration made for its own, and it is the one it would have made',
    async (version) => {
      let ours: unknown;
      pair = await Pair.start(version, engine, async (store) => {
        ours = await migrated(store, (dataSource) => tableOf(engine, dataSource));
      });
      const visitor = new Visitor();
      await visitor.logIn(pair.django, USER);
      expect(await visitor.user(pair.nest)).toBe(USER.username);
      await pair.stop();

      pair = await Pair.start(version, engine);
      expect(await connected(pair.store, (dataSource) => tableOf(engine, dataSource))).toEqual(ours);
    },
  );

  test("our migration leaves Django's table alone, with its sessions", async () => {
    pair = await Pair.start('5.2', engine);
    const visitor = new Visitor();
    await visitor.logIn(pair.django, USER);
    const before = await connected(pair.store, (dataSource) => tableOf(engine, dataSource));
    expect(await migrated(pair.store, (dataSource) => tableOf(engine, dataSource))).toEqual(before);
    for (const side of [pair.nest, pair.django]) expect(await visitor.user(side)).toBe(USER.username);
  });
});

/** What `use` answers of a connection to the store's database. */
async function connected<T>(store: SharedStore, use: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const options = { ...store.dataSourceOptions!, migrations: [CreateDjangoSession1700000000000] };
  const dataSource = await new DataSource(options).initialize();
  try {
    return await use(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/** The same, after our migration. */
function migrated<T>(store: SharedStore, use: (dataSource: DataSource) => Promise<T>): Promise<T> {
  return connected(store, async (dataSource) => {
    await dataSource.runMigrations();
    return use(dataSource);
  });
}

/** All that the database's catalogue says of the table. */
async function tableOf({ database }: Engine, dataSource: DataSource): Promise<unknown> {
  const ask = (sql: string): Promise<unknown> => dataSource.query(sql);
  if (database === 'MariaDB') return ask('SHOW CREATE TABLE django_session');
  if (database === 'SQLite') {
    return ask(`SELECT sql FROM sqlite_master WHERE tbl_name = 'django_session' AND sql IS NOT NULL ORDER BY 1`);
  }
  return Promise.all([
    ask(`SELECT column_name, data_type, character_maximum_length, is_nullable, column_default, collation_name
      FROM information_schema.columns WHERE table_name = 'django_session' ORDER BY ordinal_position`),
    ask(`SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'django_session' ORDER BY indexname`),
    // NOT NULL counts as a constraint from PostgreSQL 18 on.
    ask(`SELECT conname, contype, pg_get_constraintdef(oid) AS definition FROM pg_constraint
      WHERE conrelid = 'django_session'::regclass AND contype <> 'n' ORDER BY conname`),
  ]);
}
