import { Redis } from 'ioredis';
import { OwnServer } from '../../support/own-server.js';
import { pausedServer } from './paused-server.js';
import type { Faults, StoreUnderFault } from './store-under-fault.js';
import { TcpProxy } from './tcp-proxy.js';

/** A Redis of our own, behind a proxy. `admin` goes past it. */
export class RedisUnderFault {
  private constructor(
    readonly server: OwnServer,
    readonly proxy: TcpProxy,
    readonly admin: Redis,
  ) {}

  static async open(): Promise<RedisUnderFault> {
    const server = await OwnServer.redis('--maxmemory-policy', 'noeviction');
    const admin = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 50 });
    admin.on('error', () => {});
    return new RedisUnderFault(server, await TcpProxy.before(server.port), admin);
  }

  get location(): string {
    return `redis://127.0.0.1:${this.proxy.port}`;
  }

  get faults(): Faults {
    const { server, proxy, admin } = this;
    const limit = async (bytes: string) => void (await admin.config('SET', 'maxmemory', bytes));
    return {
      stopped: { begin: () => proxy.refuse(), end: () => proxy.accept() },
      paused: pausedServer(server, proxy),
      slow: { begin: () => proxy.slow(1000), end: () => proxy.slow(0) },
      full: { begin: () => limit('1'), end: () => limit('0') },
      restart: async () => {
        await server.stop();
        await server.start();
      },
      cutReply: (nth) => proxy.cutReply(nth),
      strand: () => proxy.strand(),
    };
  }

  async close(): Promise<void> {
    this.admin.disconnect();
    await this.proxy.close();
    await this.server.remove();
  }
}

export async function redisStore(): Promise<StoreUnderFault> {
  const redis = await RedisUnderFault.open();
  return {
    options: { engine: 'cache', caches: { default: { backend: 'redis', location: redis.location } } },
    faults: redis.faults,
    close: () => redis.close(),
  };
}

/** The same, through a client of the application's as ioredis makes it, which waits for ever. */
export async function patientRedisStore(): Promise<StoreUnderFault> {
  const redis = await RedisUnderFault.open();
  const location = new Redis(redis.location);
  location.on('error', () => {});
  return {
    options: { engine: 'cache', caches: { default: { backend: 'redis', location } } },
    faults: redis.faults,
    close: async () => {
      location.disconnect();
      await redis.close();
    },
  };
}
