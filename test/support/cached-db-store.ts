import type { CacheKeyOptions } from '../../libs/sessions/src/cache/django-cache-key.js';
import type { CacheValues } from '../../libs/sessions/src/cache/value-codec.js';
import type { SessionStoreError } from '../../libs/sessions/src/core/errors.js';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import type { SessionEngine } from '../../libs/sessions/src/core/session-engine.js';
import type { SessionSettings } from '../../libs/sessions/src/core/session-settings.js';
import type { SessionStore } from '../../libs/sessions/src/core/session-store.js';
import { signedEngine } from '../../libs/sessions/src/core/signed-engine.js';
import { CachedDbEngine } from '../../libs/sessions/src/engines/cached-db/cached-db-engine.js';
import { ENTRY_FORMATS } from '../../libs/sessions/src/engines/cached-db/entry-format.js';
import { SECRET } from './application.js';
import { DatabaseStore } from './database-store.js';
import { RecordedCache } from './recorded-cache.js';
import { type EngineChoices, storeOn, type StoreUnderTest } from './store-under-test.js';
import type { CountedKeys, TestClock } from './vectors.js';

/** The cached_db engine on SQLite and a cache, both in memory. */
export class CachedDbStore implements StoreUnderTest {
  readonly clock: TestClock;
  readonly keys: CountedKeys;
  readonly warnings: string[];
  readonly cache: RecordedCache;
  /** What the engine reported of its cache. */
  readonly reports: SessionStoreError[] = [];

  private constructor(
    readonly database: DatabaseStore,
    readonly values: CacheValues,
    readonly keyOptions: CacheKeyOptions,
  ) {
    this.clock = database.clock;
    this.keys = database.keys;
    this.warnings = database.warnings;
    this.cache = new RecordedCache(this.clock.now);
  }

  static async open(values: CacheValues = 'json', keyOptions: CacheKeyOptions = {}): Promise<CachedDbStore> {
    return new CachedDbStore(await DatabaseStore.open(), values, keyOptions);
  }

  close(): Promise<void> {
    return this.database.close();
  }

  /** The engine over a database engine: the embedded one, or what a test has made of it. */
  engine(
    { newKey = this.keys.next }: EngineChoices = {},
    secrets: string[] = [SECRET],
    around: (database: SessionEngine) => SessionEngine = (database) => database,
  ): CachedDbEngine {
    const database = signedEngine(this.database.engine({ newKey }), new SessionCodec(secrets), this.clock.now, () =>
      this.warnings.push('Session data corrupted'),
    );
    return new CachedDbEngine(around(database), this.cache, {
      values: this.values,
      onCacheError: (error) => this.reports.push(error),
      clock: this.clock.now,
      ...this.keyOptions,
    });
  }

  store(secrets: string[], settings: Partial<SessionSettings> = {}, choices: EngineChoices = {}): SessionStore {
    return storeOn(this.engine(choices, secrets), this.clock, settings);
  }

  async stored(secret: string): Promise<unknown[]> {
    const codec = new SessionCodec([secret]);
    const rows = (await this.database.rows()).map(({ session_key, session_data, expire_date }) => ({
      where: 'db',
      key: session_key,
      data: dataOf((codec.decode(session_data) as { payload: string }).payload),
      expire_date,
    }));
    const entries = (await this.cache.entries()).map(({ key, value, expiresAt }) => ({
      where: 'cache',
      key,
      content: ENTRY_FORMATS[this.values].read(value),
      ttl: Math.floor((expiresAt - this.clock.now()) / 1000),
    }));
    // To Django a mark is nothing.
    const sessions = entries.flatMap(({ content, where, key, ttl }) =>
      content ? [{ where, key, data: dataOf(content.payload), ttl }] : [],
    );
    return [...rows, ...sessions];
  }

  async wipe(): Promise<void> {
    await this.database.wipe();
    await this.cache.wipe();
    this.reports.length = 0;
  }
}

function dataOf(payload: string): Record<string, unknown> {
  return { ...jsonSerializer.loads(payload) };
}
