import type { Cache, CacheWrite } from './cache.js';

/** Takes everything and keeps nothing, for development and tests. Django: `DummyCache`. */
export class DummyCache implements Cache {
  async get(): Promise<null> {
    return null;
  }

  async add(): Promise<CacheWrite> {
    return {};
  }

  async set(): Promise<CacheWrite> {
    return {};
  }

  async replace(): Promise<null> {
    return null;
  }

  async compareAndSet(): Promise<null> {
    return null;
  }

  async delete(): Promise<void> {}
}
