import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import type { SessionSettings } from '../../libs/sessions/src/core/session-settings.js';
import type { SessionStore } from '../../libs/sessions/src/core/session-store.js';
import { signedEngine } from '../../libs/sessions/src/core/signed-engine.js';
import { FileEngine } from '../../libs/sessions/src/engines/file/file-engine.js';
import { type EngineChoices, storeOn, type StoreUnderTest } from './store-under-test.js';
import { CountedKeys, TestClock } from './vectors.js';

/** The file engine on a folder of its own. */
export class FileStore implements StoreUnderTest {
  readonly folder = mkdtempSync(join(tmpdir(), 'sessions-'));
  readonly clock = new TestClock();
  readonly keys = new CountedKeys();
  readonly warnings: string[] = [];

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  engine({ newKey = this.keys.next, cookieName = 'sessionid' }: EngineChoices = {}): FileEngine {
    return new FileEngine({ folder: this.folder, cookieName, clock: this.clock.now, newKey });
  }

  store(secrets: string[], settings: Partial<SessionSettings> = {}, choices: EngineChoices = {}): SessionStore {
    const engine = signedEngine(this.engine(choices), new SessionCodec(secrets), this.clock.now, () =>
      this.warnings.push('Session data corrupted'),
    );
    return storeOn(engine, this.clock, settings);
  }

  names(): string[] {
    return readdirSync(this.folder).sort();
  }

  content(name: string): string {
    return readFileSync(join(this.folder, name), 'latin1');
  }

  async stored(secret: string): Promise<{ where: string; name: string; mode: string; mtime: number; data: unknown }[]> {
    const codec = new SessionCodec([secret]);
    return this.names().map((name) => {
      const { mode, mtimeMs } = statSync(join(this.folder, name));
      const { payload } = codec.decode(this.content(name)) as { payload: string };
      return {
        where: 'file',
        name,
        mode: `0o${(mode & 0o777).toString(8)}`,
        mtime: mtimeMs / 1000,
        data: { ...jsonSerializer.loads(payload) },
      };
    });
  }

  async wipe(): Promise<void> {
    this.keys.reset();
    this.warnings.length = 0;
    for (const name of this.names()) rmSync(join(this.folder, name), { recursive: true });
  }
}
