import { claimSessionKey, type SavedSession, type SessionEngine, type StoredSession } from 'nestjs-django-sessions';
import { expectType } from './expect-type.js';

/** The least an engine has to be. */
export class ShelfEngine implements SessionEngine {
  async load(key: string): Promise<StoredSession | null> {
    return key === '' ? null : { payload: '{}' };
  }

  async exists(key: string) {
    return key !== '';
  }

  async create(payload: string, expiresAt: number) {
    return { key: await claimSessionKey(async () => payload !== '' && expiresAt > 0) };
  }

  async save(key: string, payload: string, expiresAt: number, expected?: unknown): Promise<SavedSession | null> {
    return expected === payload && expiresAt > 0 ? { key } : null;
  }

  async delete(key: string) {
    expectType<string>().of(key);
  }
}

/** What else it may say and do. */
export class CupboardEngine extends ShelfEngine implements SessionEngine {
  readonly plain = true;
  readonly inCookie = false;
  readonly maxCookies = 1;

  accepts(key: string) {
    return key.length === 32;
  }

  async cycle(key: string, payload: string, expiresAt: number, expected?: unknown) {
    return this.save(key, payload, expiresAt, expected);
  }

  async clearExpired({ batchSize, now }: Parameters<NonNullable<SessionEngine['clearExpired']>>[0]) {
    expectType<number>().of(batchSize);
    expectType<number>().of(now);
    return 0;
  }
}

// @ts-expect-error -- save and delete are missing
export class HalfAnEngine implements SessionEngine {
  load = async () => null;
  exists = async () => false;
  create = async () => ({ key: '' });
}

export class WrongEngine extends ShelfEngine implements SessionEngine {
  // @ts-expect-error -- nobody is told by undefined
  override async load() {
    return undefined;
  }
  // @ts-expect-error -- the key is wanted, as it may be another
  override async save() {
    return true;
  }
  // @ts-expect-error -- a key is a text
  override async delete(key: number) {
    expectType<number>().of(key);
  }
}
