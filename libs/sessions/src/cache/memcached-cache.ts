import { type Clock, systemClock } from '../core/clock.js';
import type { Cache, CacheEntry, CacheWrite } from './cache.js';
import { memcachedAddress } from './memcached-address.js';
import { type MemcachedAddress, MemcachedConnection } from './memcached-connection.js';
import type { MemcachedReply } from './memcached-replies.js';
import { memcachedTimeout } from './memcached-timeout.js';

export interface MemcachedCacheOptions {
  /** Milliseconds to wait for a connection. Default 2000. */
  connectTimeout?: number;
  /** Milliseconds to wait for an answer. Default 2000. */
  commandTimeout?: number;
  /** The largest item of the server, key included, in bytes; `memcached -I`. Default 1048576, which is the server's. */
  maxItemBytes?: number;
  clock?: Clock;
}

/** What the server needs of an item for itself. */
const OVERHEAD_BYTES = 100;

/** What Django's clients note beside a value: whether it is a pickle, and whether it is compressed. */
const PICKLE = 1;
const COMPRESSED = 8;
/** Every pickle since protocol 2 begins with this byte, and no text does. */
const FIRST_OF_PICKLE = 0x80;

/**
 * One Memcached server, 1.6 or newer, over one connection that is made with the first operation and
 * again when it is lost. There is no `move`. Django: `PyMemcacheCache`, `PyLibMCCache`.
 */
export class MemcachedCache implements Cache {
  readonly #address: MemcachedAddress;
  readonly #connectTimeout: number;
  readonly #commandTimeout: number;
  readonly #maxItemBytes: number;
  readonly #clock: Clock;
  #connection: Promise<MemcachedConnection> | null = null;
  #closed = false;

  /** `location`: default `127.0.0.1:11211`; also `unix:/path`. Django: LOCATION. Throws `TypeError` for what is neither. */
  constructor(location = '127.0.0.1:11211', options: MemcachedCacheOptions = {}) {
    this.#address = memcachedAddress(location);
    this.#connectTimeout = options.connectTimeout ?? 2000;
    this.#commandTimeout = options.commandTimeout ?? 2000;
    this.#maxItemBytes = options.maxItemBytes ?? 1024 * 1024;
    this.#clock = options.clock ?? systemClock;
  }

  async get(key: string): Promise<CacheEntry | null> {
    const { value, flags } = await this.#ask(`mg ${checked(key)} v f c`, ['VA', 'EN']);
    if (!value) return null;
    if (Number(flags['f']) & COMPRESSED) {
      throw new Error('Memcached holds a compressed value: leave compression off in the other client');
    }
    return { value, version: flags['c'] };
  }

  add(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite | null> {
    return this.#write('ME', key, value, expiresAt);
  }

  async set(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite> {
    const written = await this.#write('MS', key, value, expiresAt);
    if (!written) throw new Error('Memcached did not store a value.');
    return written;
  }

  replace(key: string, value: Buffer, expiresAt: number): Promise<CacheWrite | null> {
    return this.#write('MR', key, value, expiresAt);
  }

  compareAndSet(key: string, version: unknown, value: Buffer, expiresAt: number): Promise<CacheWrite | null> {
    return this.#write(`C${String(version)}`, key, value, expiresAt);
  }

  async delete(key: string): Promise<void> {
    await this.#ask(`md ${checked(key)}`, ['HD', 'NF']);
  }

  async close(): Promise<void> {
    this.#closed = true;
    (await this.#connection?.catch(() => null))?.close();
  }

  async #write(mode: string, key: string, value: Buffer, expiresAt: number): Promise<CacheWrite | null> {
    const needed = Buffer.byteLength(key) + value.length + OVERHEAD_BYTES;
    // Told before it is sent: the server would drop what is stored, too.
    if (needed > this.#maxItemBytes) {
      throw new RangeError(
        `A value of ${value.length} bytes is too large for Memcached items of ${this.#maxItemBytes}.`,
      );
    }
    const flags = value[0] === FIRST_OF_PICKLE ? PICKLE : 0;
    const timeout = memcachedTimeout(expiresAt, this.#clock());
    const command = `ms ${checked(key)} ${value.length} c T${timeout} F${flags} ${mode}`;
    const reply = await this.#ask(command, ['HD', 'NS', 'EX', 'NF'], value);
    return reply.code === 'HD' ? { version: reply.flags['c'] } : null;
  }

  /** Anything but what the command can be answered is an outage, and never "not there". */
  async #ask(command: string, codes: readonly string[], value?: Buffer): Promise<MemcachedReply> {
    const reply = await (await this.#connected()).ask(command, value);
    if (!codes.includes(reply.code)) throw new Error('Memcached does not answer: what answers is no Memcached');
    return reply;
  }

  #connected(): Promise<MemcachedConnection> {
    if (this.#closed) return Promise.reject(new Error('This Memcached cache was closed.'));
    if (this.#connection) return this.#connection;
    const forget = () => {
      if (this.#connection === connection) this.#connection = null;
    };
    const connection = MemcachedConnection.open(
      this.#address,
      this.#connectTimeout,
      this.#commandTimeout,
      this.#maxItemBytes,
      forget,
    );
    connection.catch(forget);
    this.#connection = connection;
    return connection;
  }
}

/** A blank or a line break in a key would be a command of its own. Throws `TypeError`, without the key. */
function checked(key: string): string {
  const bytes = Buffer.byteLength(key);
  if (bytes === 0 || bytes > 250)
    throw new TypeError(`A Memcached key must be 1 to 250 bytes long; this one is ${bytes}.`);
  // oxlint-disable-next-line no-control-regex -- these are what is meant
  if (/[\u0000-\u0020\u007f]/.test(key))
    throw new TypeError('A Memcached key must be without blanks and control characters.');
  return key;
}
