import type { Clock } from '../core/clock.js';
import type { UserIndex } from '../core/user-index.js';
import type { Cache } from './cache.js';
import { type CacheKeyOptions, hashedCacheKey } from './django-cache-key.js';

const KEY_PREFIX = 'nestjs-django-sessions.user.';
/** Far more than log-ins of one user that meet. */
const TRIES = 100;

interface Noted {
  key: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** One entry for each user, in the cache that has the sessions: it lives as long as the last of them. */
export class CacheUserIndex implements UserIndex {
  constructor(
    private readonly cache: Cache,
    private readonly keyOptions: CacheKeyOptions,
    private readonly clock: Clock,
  ) {}

  async add(userId: string, key: string, expiresAt: number): Promise<void> {
    const now = this.clock();
    await this.#change(userId, (noted) => [
      ...noted.filter((one) => one.key !== key && one.expiresAt > now),
      { key, expiresAt },
    ]);
  }

  async keysOf(userId: string): Promise<string[]> {
    const entry = await this.cache.get(this.#cacheKey(userId));
    return entry ? read(entry.value).map(({ key }) => key) : [];
  }

  async remove(userId: string, keys: readonly string[]): Promise<void> {
    await this.#change(userId, (noted) => noted.filter(({ key }) => !keys.includes(key)));
  }

  async #change(userId: string, change: (noted: Noted[]) => Noted[]): Promise<void> {
    const cacheKey = this.#cacheKey(userId);
    for (let n = 0; n < TRIES; n++) {
      const entry = await this.cache.get(cacheKey);
      const noted = change(entry ? read(entry.value) : []);
      const until = Math.max(...noted.map(({ expiresAt }) => expiresAt));
      const value = Buffer.from(JSON.stringify(noted));
      const isDone = await (noted.length === 0
        ? entry === null || this.cache.compareAndSet(cacheKey, entry.version, value, 0)
        : entry === null
          ? this.cache.add(cacheKey, value, until)
          : this.cache.compareAndSet(cacheKey, entry.version, value, until));
      if (isDone) return;
    }
    throw new Error(`The sessions of a user kept being changed by others in ${TRIES} tries.`);
  }

  #cacheKey(userId: string): string {
    return hashedCacheKey(KEY_PREFIX, userId, this.keyOptions);
  }
}

function read(value: Buffer): Noted[] {
  return JSON.parse(value.toString()) as Noted[];
}
