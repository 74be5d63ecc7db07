import type { Revocations } from '../core/revocations.js';
import type { Cache } from './cache.js';
import { type CacheKeyOptions, hashedCacheKey } from './django-cache-key.js';

const KEY_PREFIX = 'nestjs-django-sessions.revoked.';

/** One entry for each subject, which is forgotten when everything it revokes has expired. */
export class CacheRevocations implements Revocations {
  constructor(
    private readonly cache: Cache,
    private readonly keyOptions: CacheKeyOptions,
  ) {}

  async revoke(subject: string, at: number, keepUntil: number): Promise<void> {
    await this.cache.set(this.#cacheKey(subject), Buffer.from(String(at)), keepUntil);
  }

  async revokedUntil(subjects: readonly string[]): Promise<(number | null)[]> {
    return Promise.all(
      subjects.map(async (subject) => {
        const entry = await this.cache.get(this.#cacheKey(subject));
        return entry && Number(entry.value.toString());
      }),
    );
  }

  #cacheKey(subject: string): string {
    return hashedCacheKey(KEY_PREFIX, subject, this.keyOptions);
  }
}
