import type { SessionSettings } from '../../libs/sessions/src/core/session-settings.js';
import type { SessionStore } from '../../libs/sessions/src/core/session-store.js';
import { SignedCookiesEngine } from '../../libs/sessions/src/engines/signed-cookies/signed-cookies-engine.js';
import { SECRET } from './application.js';
import { type EngineChoices, storeOn, type StoreUnderTest } from './store-under-test.js';
import { CountedKeys, TestClock } from './vectors.js';

/** The signed cookies engine. There is nowhere it could store anything. */
export class SignedCookiesStore implements StoreUnderTest {
  readonly clock = new TestClock();
  readonly keys = new CountedKeys();
  readonly warnings: string[] = [];

  engine({ cookieAge }: EngineChoices = {}, secrets: string[] = [SECRET]): SignedCookiesEngine {
    return new SignedCookiesEngine({ secrets, clock: this.clock.now, ...(cookieAge !== undefined && { cookieAge }) });
  }

  store(secrets: string[], settings: Partial<SessionSettings> = {}, choices: EngineChoices = {}): SessionStore {
    const { cookieAge } = { ...settings, ...choices };
    return storeOn(this.engine({ ...(cookieAge !== undefined && { cookieAge }) }, secrets), this.clock, settings);
  }

  async stored(): Promise<undefined> {}

  async wipe(): Promise<void> {}
}
