import type { DataSource } from 'typeorm';
import { DatabaseEngine } from 'nestjs-django-sessions/typeorm';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import type { SessionSettings } from '../../libs/sessions/src/core/session-settings.js';
import type { SessionStore } from '../../libs/sessions/src/core/session-store.js';
import { signedEngine } from '../../libs/sessions/src/core/signed-engine.js';
import { type DatabaseKind, dropDatabase, openDatabase } from './databases.js';
import { type EngineChoices, storeOn, type StoreUnderTest } from './store-under-test.js';
import { CountedKeys, TestClock } from './vectors.js';

export interface Row {
  session_key: string;
  session_data: string;
  expire_date: string;
}

/** An instant in UTC as text, whatever the driver would make of it. */
const DATE_TEXT: Record<DatabaseKind, string> = {
  SQLite: 'CAST(expire_date AS TEXT)',
  PostgreSQL: `to_char(expire_date AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`,
  MariaDB: 'CAST(expire_date AS CHAR)',
};

/** The database engine on a database of its own; by default the embedded one, in memory. */
export class DatabaseStore implements StoreUnderTest {
  readonly clock = new TestClock();
  readonly keys = new CountedKeys();
  readonly warnings: string[] = [];

  private constructor(
    readonly kind: DatabaseKind,
    readonly dataSource: DataSource,
  ) {}

  static async open(kind: DatabaseKind = 'SQLite'): Promise<DatabaseStore> {
    return new DatabaseStore(kind, await openDatabase(kind));
  }

  close(): Promise<void> {
    return dropDatabase(this.dataSource);
  }

  engine({ newKey = this.keys.next }: EngineChoices = {}): DatabaseEngine {
    return new DatabaseEngine(this.dataSource, { clock: this.clock.now, newKey });
  }

  store(secrets: string[], settings: Partial<SessionSettings> = {}, choices: EngineChoices = {}): SessionStore {
    const engine = signedEngine(this.engine(choices), new SessionCodec(secrets), this.clock.now, () =>
      this.warnings.push('Session data corrupted'),
    );
    return storeOn(engine, this.clock, settings);
  }

  async rows(): Promise<Row[]> {
    const rows = (await this.dataSource.query(
      `SELECT session_key, session_data, ${DATE_TEXT[this.kind]} AS expire_date FROM django_session ORDER BY 1`,
    )) as Row[];
    return rows.map((row) => ({ ...row, expire_date: row.expire_date.replace(/\.000000$/, '') }));
  }

  async stored(secret: string): Promise<{ where: string; key: string; data: unknown; expire_date: string }[]> {
    const codec = new SessionCodec([secret]);
    return (await this.rows()).map(({ session_key, session_data, expire_date }) => {
      const { payload } = codec.decode(session_data) as { payload: string };
      return { where: 'db', key: session_key, data: { ...jsonSerializer.loads(payload) }, expire_date };
    });
  }

  async wipe(): Promise<void> {
    this.keys.reset();
    this.warnings.length = 0;
    await this.dataSource.query('DELETE FROM django_session');
  }
}
