import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSessionKey } from '../../../libs/sessions/src/core/session-key.js';
import type { SessionStore } from '../../../libs/sessions/src/core/session-store.js';
import { describedEngine, type OpenEngine, type StoreDescription } from '../../concurrency/support/described-engine.js';
import type { SharedStore } from '../../concurrency/support/shared-store.js';
import type { Scene } from './expectations.js';
import { AGE, BEFORE, type Operation, storeOf } from './operations.js';

const longAgo = () => Date.now() - 2 * AGE * 1000;

/** A store, as those see it who live on. */
export class Ground {
  readonly store: SessionStore;
  /** As it was when what has expired by now was written. */
  readonly #past: SessionStore;

  private constructor(
    private readonly shared: SharedStore,
    private readonly present: OpenEngine,
    private readonly past: OpenEngine,
  ) {
    this.store = storeOf(present.engine, Date.now);
    this.#past = storeOf(past.engine, longAgo);
  }

  static async open(openShared: () => Promise<SharedStore>): Promise<Ground> {
    const shared = await openShared();
    const { description } = shared;
    const present = await describedEngine(description, (_, ask) => ask());
    // What has expired has left the cache long ago.
    const table: StoreDescription = 'database' in description ? { ...description, engine: 'db' } : description;
    const past = await describedEngine(table, (_, ask) => ask(), { clock: longAgo });
    return new Ground(shared, present, past);
  }

  async close(): Promise<void> {
    await this.present.close();
    await this.past.close();
    await this.shared.close();
  }

  get description(): StoreDescription {
    return this.shared.description;
  }

  /** A session for an operation, and what else that wants to find. */
  async scene(operation: Operation): Promise<Scene> {
    const { key } = await this.store.create({ ...BEFORE });
    const expired: string[] = [];
    if (operation === 'clearExpired') {
      for (let n = 0; n < 2; n++) expired.push((await this.#past.create({ ...BEFORE })).key);
    }
    if (operation === 'takeover') {
      writeFileSync(join(this.#folder!, `sessionid${key}_lock`), '');
      this.letTimePass(key);
    }
    return { store: this.store, key, newKey: newSessionKey(), expired };
  }

  /** A lock that has been left for a minute has lost its holder by its date; nobody waits that long here. */
  letTimePass(...keys: string[]): void {
    const isLock = (file: string) => keys.some((key) => file.includes(`${key}_lock`));
    for (const lock of this.files().filter(isLock)) {
      const then = Date.now() / 1000 - 120;
      utimesSync(join(this.#folder!, lock), then, then);
    }
  }

  /** What lies in the folder, where there is one. */
  files(): string[] {
    return this.#folder === null ? [] : readdirSync(this.#folder);
  }

  get #folder(): string | null {
    return 'folder' in this.description ? this.description.folder : null;
  }
}
