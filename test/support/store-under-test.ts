import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import type { SessionEngine } from '../../libs/sessions/src/core/session-engine.js';
import type { SessionSettings } from '../../libs/sessions/src/core/session-settings.js';
import { SessionStore } from '../../libs/sessions/src/core/session-store.js';
import type { CountedKeys, TestClock } from './vectors.js';

/** An engine under a clock and with keys that a test controls, and what it has stored. */
export interface StoreUnderTest {
  readonly clock: TestClock;
  readonly keys: CountedKeys;
  readonly warnings: string[];
  /** The engine as an application is given it. */
  engine(options?: EngineChoices): SessionEngine;
  store(secrets: string[], settings?: Partial<SessionSettings>, choices?: EngineChoices): SessionStore;
  /** What is stored, in the form of the vectors; undefined where nothing ever is. */
  stored(secret: string): Promise<unknown[] | undefined>;
  wipe(): Promise<void>;
}

export interface EngineChoices {
  newKey?: () => string;
  cookieName?: string;
  cookieAge?: number;
}

/** A store with Django's settings where a test has none of its own. */
export function storeOn(engine: SessionEngine, clock: TestClock, settings: Partial<SessionSettings>): SessionStore {
  return new SessionStore(engine, {
    cookieAge: 1_209_600,
    expireAtBrowserClose: false,
    absoluteAge: null,
    timeZone: 'UTC',
    concurrency: 'merge',
    serializer: jsonSerializer,
    clock: clock.now,
    ...settings,
  });
}
