import type { CacheKeyOptions } from '../../libs/sessions/src/cache/django-cache-key.js';
import { type CacheValues, VALUE_CODECS } from '../../libs/sessions/src/cache/value-codec.js';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import type { SessionSettings } from '../../libs/sessions/src/core/session-settings.js';
import type { SessionStore } from '../../libs/sessions/src/core/session-store.js';
import { CacheEngine } from '../../libs/sessions/src/engines/cache/cache-engine.js';
import { RecordedCache } from './recorded-cache.js';
import { type EngineChoices, storeOn, type StoreUnderTest } from './store-under-test.js';
import { CountedKeys, TestClock } from './vectors.js';

/** The cache engine on a cache in memory. */
export class CacheStore implements StoreUnderTest {
  readonly clock = new TestClock();
  readonly keys = new CountedKeys();
  readonly warnings: string[] = [];
  readonly cache = new RecordedCache(this.clock.now);

  constructor(
    readonly values: CacheValues = 'json',
    readonly keyOptions: CacheKeyOptions = {},
  ) {}

  engine({ newKey = this.keys.next }: EngineChoices = {}): CacheEngine {
    return new CacheEngine(this.cache, { values: this.values, newKey, ...this.keyOptions });
  }

  store(_: string[], settings: Partial<SessionSettings> = {}, choices: EngineChoices = {}): SessionStore {
    return storeOn(this.engine(choices), this.clock, settings);
  }

  async stored(): Promise<{ where: string; key: string; data: unknown; ttl: number }[]> {
    return (await this.cache.entries()).map(({ key, value, expiresAt }) => ({
      where: 'cache',
      key,
      data: { ...jsonSerializer.loads(VALUE_CODECS[this.values].unpack(value)) },
      ttl: Math.floor((expiresAt - this.clock.now()) / 1000),
    }));
  }

  async wipe(): Promise<void> {
    this.keys.reset();
    await this.cache.wipe();
  }
}
