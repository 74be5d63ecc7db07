import { randomUUID } from 'node:crypto';
import { RedisStore } from 'connect-redis';
import { type Command, Redis } from 'ioredis';
import { REDIS_URL } from '../../support/services.js';

/** connect-redis on the real server, under keys of its own. What the server is asked is written down. */
export class RedisPeerStore extends RedisStore {
  readonly commands: string[] = [];
  readonly #redis: RecordingRedis;

  constructor() {
    const redis = new RecordingRedis(REDIS_URL);
    super({ client: redis, prefix: `peer:${randomUUID()}:` });
    this.#redis = redis;
    redis.seen = this.commands;
  }

  async close(): Promise<void> {
    await new Promise((resolve) => void this.clear(resolve));
    await this.#redis.quit();
  }
}

class RecordingRedis extends Redis {
  seen: string[] = [];

  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    this.seen?.push((args[0] as Command).name);
    return super.sendCommand(...args);
  }
}
