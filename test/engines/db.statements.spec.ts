import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource, Logger } from 'typeorm';
import { DatabaseEngine } from 'nestjs-django-sessions/typeorm';
import { databasesThatAnswer, dropDatabase, openDatabase } from '../support/databases.js';

const kinds = await databasesThatAnswer();
const LATER = Date.now() + 3_600_000;

/** Everything that TypeORM's logger is told. */
class Told implements Logger {
  readonly texts: string[] = [];

  logQuery = (query: string, parameters?: unknown[]) => this.#note(query, parameters);
  logQueryError = (error: string | Error, query: string, parameters?: unknown[]) =>
    this.#note(error, query, parameters);
  logQuerySlow = (time: number, query: string, parameters?: unknown[]) => this.#note(time, query, parameters);
  logSchemaBuild(): void {}
  logMigration(): void {}
  log = (level: string, message: unknown) => this.#note(level, message);

  #note(...told: unknown[]): void {
    this.texts.push(told.map((one) => messageOf(one) ?? JSON.stringify(one)).join(' '));
  }
}

/**
 * Not by instanceof, nor by toThrow: SQLite's driver makes its errors of the class that the first suite of this
 * process has given it, and that one's Error is not ours.
 */
function messageOf(told: unknown): string | undefined {
  return typeof told === 'object' && told !== null ? (told as Partial<Error>).message : undefined;
}

describe.each(kinds)('statements on %s', (kind) => {
  const told = new Told();
  let dataSource: DataSource;
  let engine: DatabaseEngine;

  beforeAll(async () => {
    dataSource = await openDatabase(kind, told);
    engine = new DatabaseEngine(dataSource);
  });

  afterAll(() => dropDatabase(dataSource));

  test('what is logged has no key, and no data', async () => {
    told.texts.length = 0;
    const { key, version } = await engine.create('payload-one', LATER);
    expect(await engine.load(key)).toMatchObject({ payload: 'payload-one' });
    await engine.save(key, 'payload-two', LATER, version);
    const moved = await engine.cycle(key, 'payload-three', LATER, 'payload-two');
    await engine.delete(moved!.key);
    expect(told.texts.length).toBe(5);
    expect(told.texts.join('\n')).not.toMatch(new RegExp(`${key}|${moved!.key}|payload-`));
  });

  test('when a session ends is asked for only where somebody wants to know', async () => {
    const { key } = await engine.create('payload', LATER);
    told.texts.length = 0;
    const quiet = new DatabaseEngine(dataSource, { tellsEnd: false });
    expect(await quiet.load(key)).toEqual({ payload: 'payload', version: 'payload' });
    expect((await engine.load(key))?.expiresAt).toBeCloseTo(LATER, -1);
    const [short, long] = told.texts;
    expect(short).not.toMatch(/AS expires/);
    expect(long).toMatch(/AS expires/);
  });

  test('a statement that fails is logged without its values, and says what the driver said', async () => {
    const lost = new DatabaseEngine(dataSource, { newKey: () => 'k'.repeat(41).replace(/^./, "'") });
    told.texts.length = 0;
    const failure = kind === 'SQLite' ? dataSource.query('ALTER TABLE django_session RENAME TO elsewhere') : undefined;
    await failure;
    const asked = kind === 'SQLite' ? engine.load('abcdefghijklmnopqrstuvwxyz012345') : lost.create('payload', LATER);
    const words = kind === 'SQLite' ? /no such table/ : /too long/i;
    await expect(asked).rejects.toMatchObject({ message: expect.stringMatching(words) });
    if (kind === 'SQLite') await dataSource.query('ALTER TABLE elsewhere RENAME TO django_session');
    expect(told.texts.some((text) => /no such table|too long/i.test(text))).toBe(true);
    expect(told.texts.join('\n')).not.toMatch(/abcdefghijklmnop|kkkkkkkk|payload/);
  });

  test('a subscriber that wants to know of every statement is told, values and all', async () => {
    const seen: unknown[] = [];
    const subscriber = { beforeQuery: ({ parameters }: { parameters?: unknown[] }) => void seen.push(parameters?.[0]) };
    dataSource.subscribers.push(subscriber as never);
    const { key } = await engine.create('payload', LATER);
    expect(await engine.exists(key)).toBe(true);
    dataSource.subscribers.pop();
    expect(seen).toEqual([key, key]);
  });
});

describe.each(kinds.filter((kind) => kind === 'PostgreSQL'))('prepared statements on %s', (kind) => {
  let dataSource: DataSource;

  beforeAll(async () => {
    dataSource = await openDatabase(kind);
  });

  afterAll(() => dropDatabase(dataSource));

  const names = () => dataSource.query("SELECT name FROM pg_prepared_statements WHERE name LIKE 'sessions_%'");

  test.each([
    ['has forgotten, as behind a pooler', 'DEALLOCATE ALL'],
    ['would carry out on another table', 'ALTER TABLE django_session ALTER COLUMN session_data TYPE varchar(9000)'],
  ])('one that the server %s is sent again, and no other is kept there', async (_, sql) => {
    const own = await openDatabase(kind);
    try {
      const engine = new DatabaseEngine(own);
      const { key } = await engine.create('one', LATER);
      expect(await engine.load(key)).toMatchObject({ payload: 'one' });
      await own.query(sql);
      expect(await engine.load(key)).toMatchObject({ payload: 'one' });
      await own.query('DEALLOCATE ALL');
      expect(await engine.save(key, 'two', LATER)).toMatchObject({ key });
      expect(await engine.load(key)).toMatchObject({ payload: 'two' });
      expect(await own.query('SELECT name FROM pg_prepared_statements')).toEqual([]);
    } finally {
      await dropDatabase(own);
    }
  });

  test('each statement is kept once, by a name that its text decides', async () => {
    const engines = [new DatabaseEngine(dataSource), new DatabaseEngine(dataSource)];
    for (const engine of engines) {
      const { key } = await engine.create('one', LATER);
      await engine.load(key);
      await engine.load(key);
    }
    const kept = (await names()) as { name: string }[];
    expect(kept).toHaveLength(2);
    for (const { name } of kept) expect(name).toMatch(/^sessions_[0-9a-f]{16}$/);
  });
});
