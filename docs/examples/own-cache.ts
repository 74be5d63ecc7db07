import { type Cache, SessionsModule } from 'nestjs-django-sessions';

interface Entry {
  value: Buffer;
  expiresAt: number;
  version: number;
}

/** A cache of one process. Yours asks a server, in one atomic step a method. */
export class DrawerCache implements Cache {
  readonly #entries = new Map<string, Entry>();
  #version = 0;

  async get(key: string) {
    const entry = this.#alive(key);
    return entry && { ...entry, value: Buffer.from(entry.value) };
  }

  async add(key: string, value: Buffer, expiresAt: number) {
    return this.#alive(key) ? null : this.#put(key, value, expiresAt);
  }

  async set(key: string, value: Buffer, expiresAt: number) {
    return this.#put(key, value, expiresAt);
  }

  async replace(key: string, value: Buffer, expiresAt: number) {
    return this.#alive(key) ? this.#put(key, value, expiresAt) : null;
  }

  async compareAndSet(key: string, version: unknown, value: Buffer, expiresAt: number) {
    return this.#alive(key)?.version === version ? this.#put(key, value, expiresAt) : null;
  }

  async delete(key: string) {
    this.#entries.delete(key);
  }

  #alive(key: string): Entry | null {
    const entry = this.#entries.get(key);
    return entry && entry.expiresAt > Date.now() ? entry : null;
  }

  #put(key: string, value: Buffer, expiresAt: number): Entry {
    const entry = { value: Buffer.from(value), expiresAt, version: ++this.#version };
    this.#entries.set(key, entry);
    return entry;
  }
}

export const Sessions = SessionsModule.forRoot({
  secretKey: process.env.SECRET_KEY,
  engine: 'cache',
  caches: { default: { backend: new DrawerCache() } },
});
