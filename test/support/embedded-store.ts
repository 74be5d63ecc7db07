import { DataSource } from 'typeorm';
import { CreateDjangoSession1700000000000, DatabaseEngine } from 'nestjs-django-sessions/typeorm';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import type { SessionSettings } from '../../libs/sessions/src/core/session-settings.js';
import { SessionStore } from '../../libs/sessions/src/core/session-store.js';
import { signedEngine } from '../../libs/sessions/src/core/signed-engine.js';
import { CountedKeys, TestClock } from './vectors.js';

export interface Row {
  session_key: string;
  session_data: string;
  expire_date: string;
}

/** The database engine on SQLite in memory, under a clock and with keys that a test controls. */
export class EmbeddedStore {
  readonly clock = new TestClock();
  readonly keys = new CountedKeys();
  readonly warnings: string[] = [];

  private constructor(readonly dataSource: DataSource) {}

  static async open(): Promise<EmbeddedStore> {
    const dataSource = new DataSource({
      type: 'better-sqlite3',
      database: ':memory:',
      migrations: [CreateDjangoSession1700000000000],
      migrationsRun: true,
    });
    return new EmbeddedStore(await dataSource.initialize());
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }

  engine(newKey: () => string = this.keys.next): DatabaseEngine {
    return new DatabaseEngine(this.dataSource, { clock: this.clock.now, newKey });
  }

  store(
    secrets: string[],
    settings: Partial<SessionSettings> = {},
    newKey: () => string = this.keys.next,
  ): SessionStore {
    const engine = signedEngine(this.engine(newKey), new SessionCodec(secrets), this.clock.now, () =>
      this.warnings.push('Session data corrupted'),
    );
    return new SessionStore(engine, {
      cookieAge: 1_209_600,
      expireAtBrowserClose: false,
      absoluteAge: null,
      timeZone: 'UTC',
      concurrency: 'merge',
      serializer: jsonSerializer,
      clock: this.clock.now,
      ...settings,
    });
  }

  rows(): Promise<Row[]> {
    return this.dataSource.query(
      'SELECT session_key, session_data, CAST(expire_date AS TEXT) AS expire_date FROM django_session ORDER BY 1',
    );
  }

  async wipe(): Promise<void> {
    this.keys.reset();
    this.warnings.length = 0;
    await this.dataSource.query('DELETE FROM django_session');
  }
}
