import { access, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { type Clock, systemClock } from '../../core/clock.js';
import type { ClearExpiredOptions, SavedSession, SessionEngine, StoredSession } from '../../core/session-engine.js';
import { claimSessionKey, newSessionKey } from '../../core/session-key.js';
import { checkFolder } from './check-folder.js';
import { clearExpiredFiles } from './clear-expired-files.js';
import { whileLocked } from './file-lock.js';
import { linkFile, readSessionFile, removeFile, type SessionFile, writeNewFile } from './session-file.js';
import { SessionFileNames } from './session-file-names.js';
import { withoutKeys } from './without-keys.js';

export interface FileEngineOptions {
  /** An existing folder. Default: the system's temporary one, which others may look into. Django: SESSION_FILE_PATH. */
  folder?: string | null;
  /** What the names of the files begin with. Default `'sessionid'`. Django: SESSION_COOKIE_NAME. */
  cookieName?: string;
  clock?: Clock;
  newKey?: () => string;
}

/**
 * Sessions as files in a folder, one each, under Django's names and with its content and mode. A
 * session is written beside and then given its name, so that nobody ever reads half of one; changes to
 * one file wait for each other, in all processes of ours. (Django's processes take no locks: between
 * them and us the last writer wins, as between two of Django's.)
 * Django: `django.contrib.sessions.backends.file`.
 */
export class FileEngine implements SessionEngine {
  readonly #names: SessionFileNames;
  readonly #clock: Clock;
  readonly #newKey: () => string;

  constructor({
    folder,
    cookieName = 'sessionid',
    clock = systemClock,
    newKey = newSessionKey,
  }: FileEngineOptions = {}) {
    this.#names = new SessionFileNames(folder ?? tmpdir(), cookieName);
    this.#clock = clock;
    this.#newKey = newKey;
  }

  /** Throws `SessionsOptionsError` for a folder that is not there or cannot be written to. */
  async onModuleInit(): Promise<void> {
    await checkFolder(this.#names, this.#clock());
  }

  async load(key: string): Promise<StoredSession | null> {
    const file = await this.#at(key, null, (path) => this.#read(path));
    // An empty one is Django's, about to be filled or left so by a crash: there is no session in it.
    return file && file.payload !== '' ? { ...file, version: file.payload } : null;
  }

  async exists(key: string): Promise<boolean> {
    return (await this.#at(key, null, (path) => this.#read(path))) !== null;
  }

  async create(payload: string): Promise<SavedSession> {
    return this.#withFile(this.#names.temporary(), payload, async (file) => ({
      key: await this.#claim(file),
      version: payload,
    }));
  }

  async save(key: string, payload: string, _expiresAt: number, expected?: unknown): Promise<SavedSession | null> {
    return this.#change(key, payload, expected, async (file, path) => {
      await rename(file, path);
      return { key, version: payload };
    });
  }

  async cycle(key: string, payload: string, _expiresAt: number, expected?: unknown): Promise<SavedSession | null> {
    return this.#change(key, payload, expected, async (file, path) => {
      const newKey = await this.#claim(file);
      let isMoved = false;
      try {
        isMoved = await removeFile(path);
      } finally {
        // Django has ended the session this moment, or the old file cannot be removed: there are not to be two.
        if (!isMoved) await removeFile(this.#names.pathOf(newKey)!);
      }
      return isMoved ? { key: newKey, version: payload } : null;
    });
  }

  async delete(key: string): Promise<void> {
    await this.#at(key, false, (path) => whileLocked(path, () => removeFile(path)));
  }

  async clearExpired(options: ClearExpiredOptions): Promise<number> {
    try {
      return await clearExpiredFiles(this.#names, options);
    } catch (error) {
      throw withoutKeys(error, this.#names.cookieName);
    }
  }

  /** The one way to a file that a key from outside takes. */
  async #at<R>(key: string, otherwise: R, work: (path: string) => Promise<R>): Promise<R> {
    const path = this.#names.pathOf(key);
    if (path === null) return otherwise;
    try {
      return await work(path);
    } catch (error) {
      throw withoutKeys(error, this.#names.cookieName);
    }
  }

  async #read(path: string): Promise<SessionFile | null> {
    const file = await readSessionFile(path);
    // Without its folder a file is missing, too; but then it is the store that is, and nobody logged out.
    if (!file) await access(this.#names.folder);
    return file;
  }

  /** Writes what shall be the session's file, and has it put in its place if the session is in the expected state. */
  #change(
    key: string,
    payload: string,
    expected: unknown,
    commit: (file: string, path: string) => Promise<SavedSession | null>,
  ): Promise<SavedSession | null> {
    return this.#at(key, null, (path) =>
      this.#withFile(this.#names.temporary(key), payload, (file) =>
        whileLocked(path, async (assertHeld) => {
          const current = await readSessionFile(path);
          if (!current || (expected !== undefined && current.payload !== expected)) return null;
          assertHeld();
          return commit(file, path);
        }),
      ),
    );
  }

  /** Hands out a complete file under a name that means nothing yet, and is gone afterwards. */
  async #withFile<R>(file: string, payload: string, work: (file: string) => Promise<R>): Promise<R> {
    try {
      await writeNewFile(file, payload, this.#clock());
      try {
        return await work(file);
      } finally {
        await removeFile(file);
      }
    } catch (error) {
      throw withoutKeys(error, this.#names.cookieName);
    }
  }

  async #claim(file: string): Promise<string> {
    return claimSessionKey(async (key) => linkFile(file, this.#names.pathOf(key)!), this.#newKey);
  }
}
