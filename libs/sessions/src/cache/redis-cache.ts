import { isAscii } from 'node:buffer';
import type { Cluster, Redis } from 'ioredis';
import { type Clock, systemClock } from '../core/clock.js';
import type { Cache, CacheEntry, CacheWrite } from './cache.js';
import { isRedisClient, makeRedisClient, REDIS_LOCATION, type RedisLocation } from './redis-client.js';
import { COMPARE_AND_SET, MOVE, MOVE_BACK, type RedisScript, runScript } from './redis-scripts.js';

/**
 * Milliseconds. The clients we make give up by themselves; those of an application may wait for ever, and
 * a Cluster does whose servers are all away. A visitor does not.
 */
const PATIENCE = 5000;

export interface RedisCacheOptions {
  clock?: Clock;
}

/**
 * Redis through ioredis; one command an operation. Lifetimes are given to the millisecond and counted
 * from now, so that a server whose clock is off keeps them all the same. Django: `RedisCache`.
 */
export class RedisCache implements Cache {
  readonly #given: Redis | Cluster | null;
  readonly #location: RedisLocation;
  readonly #clock: Clock;
  #made: Promise<Redis> | null = null;
  #connectionError: Error | null = null;
  #closed = false;

  /** Absent on a Cluster, where two keys hardly ever are on one server. */
  readonly move?: NonNullable<Cache['move']>;

  /** `location`: default `redis://127.0.0.1:6379`. Django: LOCATION. Connects with the first operation. */
  constructor(location: RedisLocation = REDIS_LOCATION, { clock = systemClock }: RedisCacheOptions = {}) {
    this.#location = location;
    this.#given = isRedisClient(location) ? location : null;
    this.#clock = clock;
    if (!this.#given?.isCluster) this.move = (...args) => this.#move(...args);
  }

  async get(key: string): Promise<CacheEntry | null> {
    const value = await this.#ask((client) => client.getBuffer(key));
    // Redis knows no cas number: the bytes themselves say what state an entry is in.
    if (value !== null && !Buffer.isBuffer(value)) throw new Error('Redis answered something that is no value.');
    return value && { value, version: value };
  }

  async add(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite | null> {
    const px = this.#px(expiresAt);
    const added = await this.#ask(async (client) =>
      px > 0 ? (await client.set(key, asText(value), 'PX', px, 'NX')) === 'OK' : (await client.exists(key)) === 0,
    );
    return added ? { version: value } : null;
  }

  async set(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite> {
    const px = this.#px(expiresAt);
    await this.#ask((client): Promise<unknown> =>
      px > 0 ? client.set(key, asText(value), 'PX', px) : client.del(key),
    );
    return { version: value };
  }

  async replace(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite | null> {
    const px = this.#px(expiresAt);
    const replaced = await this.#ask(async (client) =>
      px > 0 ? (await client.set(key, asText(value), 'PX', px, 'XX')) === 'OK' : (await client.del(key)) === 1,
    );
    return replaced ? { version: value } : null;
  }

  async compareAndSet(key: string, version: unknown, value: Buffer, expiresAt: number): Promise<CacheWrite | null> {
    const px = String(this.#px(expiresAt));
    const done = await this.#run(COMPARE_AND_SET, [key], [version as Buffer, value, px]);
    return done === 1 ? { version: value } : null;
  }

  async delete(key: string): Promise<void> {
    await this.#ask((client) => client.del(key));
  }

  async *keys(prefix: string, batchSize: number): AsyncIterable<string[]> {
    // What SCAN takes for a pattern is text here.
    const match = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
    const client = await this.#ask(async (found) => found);
    for (const server of client.isCluster ? (client as Cluster).nodes('master') : [client as Redis]) {
      let cursor = '0';
      do {
        const [next, keys] = await inTime(server.scan(cursor, 'MATCH', match, 'COUNT', batchSize));
        cursor = next;
        if (keys.length > 0) yield keys;
      } while (cursor !== '0');
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    // A client that was given stays the application's.
    const made = await this.#made?.catch(() => null);
    if (made?.status === 'ready') await made.quit().catch(() => {});
    made?.disconnect();
  }

  async #move(from: string, to: string, value: Buffer, expiresAt: number, version?: unknown) {
    const args = [value, String(this.#px(expiresAt)), ...(version === undefined ? [] : [version as Buffer])];
    const keys = [from, to];
    const done = await this.#run(MOVE, keys, args).catch((error: unknown) => {
      if (version !== undefined) this.#moveBack(keys, args);
      throw error;
    });
    if (done === 1) return { version: value };
    return done === 2 ? 'taken' : 'gone';
  }

  /**
   * A server that hangs carries out afterwards what was given up meanwhile, and nobody would ever know
   * the new key. So the way back is sent behind it, on the same connection. With its text: nobody will
   * be there to send that when the server does not know the script.
   */
  #moveBack(keys: string[], args: (string | Buffer)[]): void {
    void this.#ask((client) => client.eval(MOVE_BACK.lua, keys.length, ...keys, ...args)).catch(() => {});
  }

  /** Whole milliseconds to live; 0: none. As far as Redis can count, for what never ends. */
  #px(expiresAt: number): number {
    const left = Math.floor(expiresAt - this.#clock());
    return left > 0 ? Math.min(left, Number.MAX_SAFE_INTEGER) : 0;
  }

  #run(script: RedisScript, keys: string[], args: (string | Buffer)[]): Promise<unknown> {
    const sent = args.map(asText);
    return this.#ask((client) => runScript(client, script, keys, sent));
  }

  async #ask<R>(command: (client: Redis | Cluster) => Promise<R>): Promise<R> {
    if (this.#closed) throw new Error('This Redis cache was closed.');
    const client = this.#given ?? (await (this.#made ??= this.#make()));
    try {
      return await (this.#given ? inTime(command(client)) : command(client));
    } catch (error) {
      throw this.#withoutCommand(error as Error);
    }
  }

  #make(): Promise<Redis> {
    return makeRedisClient(this.#location as Exclude<RedisLocation, Redis | Cluster>, (error) => {
      this.#connectionError = error;
    });
  }

  /** ioredis hangs the command, and so the key, on its errors; and says of an outage only that it has tried often. */
  #withoutCommand({ name, message }: Error): Error {
    if (name === 'ReplyError') return new Error(`Redis refused: ${message}`);
    const reason = this.#connectionError && message.includes('max retries') ? this.#connectionError.message : message;
    return new Error(`Redis does not answer: ${reason}`);
  }
}

/** The same bytes: ioredis sends a command that is text all through in one piece, and copies each Buffer in another. */
function asText(value: string | Buffer): string | Buffer {
  return typeof value !== 'string' && isAscii(value) ? value.toString('latin1') : value;
}

function inTime<R>(answer: Promise<R>): Promise<R> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE / 1000} s`)), PATIENCE);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
