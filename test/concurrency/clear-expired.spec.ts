import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DatabaseEngine } from 'nestjs-django-sessions/typeorm';
import type { DataSource } from 'typeorm';
import { type DatabaseKind, databasesThatAnswer, dropDatabase, openDatabase } from '../support/databases.js';

/** Whether a statement waits for a row that somebody else has changed and not committed. */
const WAITING: Record<Exclude<DatabaseKind, 'SQLite'>, string> = {
  PostgreSQL: `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'DELETE%'`,
  MariaDB: `SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE 'DELETE%'`,
};
const HOUR = 3_600_000;

describe.each(await databasesThatAnswer())('clearing on %s', (kind) => {
  let dataSource: DataSource;
  let engine: DatabaseEngine;
  beforeAll(async () => {
    dataSource = await openDatabase(kind);
    engine = new DatabaseEngine(dataSource);
  });
  afterAll(() => dataSource && dropDatabase(dataSource));
  const clearing = { batchSize: 10, now: Date.now(), isExpired: () => true };

  test('two that clear at once do not stand in each other’s way, and nobody else’s', async () => {
    for (let n = 0; n < 100; n++) await engine.create('old', clearing.now - 1000 - n);
    const live = await engine.create('live', clearing.now + HOUR);
    const outcomes = await Promise.all([
      ...Array.from({ length: 4 }, () => engine.clearExpired({ ...clearing, batchSize: 7 })),
      ...Array.from({ length: 20 }, (_, n) => engine.save(live.key, `live ${n}`, clearing.now + HOUR + n)),
    ]);
    expect(outcomes).not.toContain(null);
    await engine.clearExpired(clearing);
    const [row] = (await dataSource.query(
      "SELECT COUNT(*) AS count FROM django_session WHERE session_data = 'old'",
    )) as [{ count: unknown }];
    expect(Number(row.count)).toBe(0);
    expect(await engine.exists(live.key)).toBe(true);
  });

  // On SQLite one statement is over before another begins.
  if (kind === 'SQLite') return;

  /** Who was let in a moment before their session ended, and saves it a moment later. */
  test('a session that is saved while it is being cleared is kept', async () => {
    const { key } = await engine.create('as it was', clearing.now - 1000);
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    const place = kind === 'PostgreSQL' ? '$1' : '?';
    const later = new Date(clearing.now + HOUR)
      .toISOString()
      .replace('T', ' ')
      .replace('Z', kind === 'PostgreSQL' ? '+00' : '');
    // What the engine's own statement does, in a transaction that takes its time.
    await runner.query(
      `UPDATE django_session SET session_data = 'saved', expire_date = '${later}' WHERE session_key = ${place}`,
      [key],
    );
    const over = new AbortController();
    const cleared = engine.clearExpired(clearing).finally(() => over.abort());
    await untilSomebodyWaits(over.signal);
    await runner.commitTransaction();
    await runner.release();
    await cleared;
    expect((await engine.load(key))?.payload).toBe('saved');
  });

  /** Or until it is `over`: the row may have been passed by. */
  async function untilSomebodyWaits(over: AbortSignal): Promise<void> {
    const isWaiting = async () => (await dataSource.query(WAITING[kind as Exclude<DatabaseKind, 'SQLite'>])).length > 0;
    // MariaDB gives the same answer again to whoever asks before a tenth of a second has passed.
    while (!over.aborted && !(await isWaiting())) await pause(120);
  }
});
