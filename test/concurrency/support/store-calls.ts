import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { type Command, Redis } from 'ioredis';
import { DatabaseEngine } from 'nestjs-django-sessions/typeorm';
import type { Logger } from 'typeorm';
import type { Cache } from '../../../libs/sessions/src/cache/cache.js';
import { MemcachedCache } from '../../../libs/sessions/src/cache/memcached-cache.js';
import { MemcachedConnection } from '../../../libs/sessions/src/cache/memcached-connection.js';
import { MemoryCache } from '../../../libs/sessions/src/cache/memory-cache.js';
import { RedisCache } from '../../../libs/sessions/src/cache/redis-cache.js';
import { SessionCodec } from '../../../libs/sessions/src/core/session-codec.js';
import type { SessionEngine } from '../../../libs/sessions/src/core/session-engine.js';
import { signedEngine } from '../../../libs/sessions/src/core/signed-engine.js';
import { CacheEngine } from '../../../libs/sessions/src/engines/cache/cache-engine.js';
import { CachedDbEngine } from '../../../libs/sessions/src/engines/cached-db/cached-db-engine.js';
import { FileEngine } from '../../../libs/sessions/src/engines/file/file-engine.js';
import { type DatabaseKind, dropDatabase, openDatabase } from '../../support/databases.js';
import { MEMCACHED, REDIS_URL } from '../../support/services.js';
import { gatedCache } from './gated-cache.js';
import { NOW } from './grounds.js';
import { watchedEngine } from './watched-engine.js';

const clock = () => NOW;
const signed = (engine: SessionEngine) => signedEngine(engine, new SessionCodec(['secret']), clock, () => {});

/** An engine, and what goes to its store, as the store gets it: statements, commands. */
export interface Counted {
  engine: SessionEngine;
  calls: string[];
  close(): Promise<unknown>;
}

/** The first word of each statement. */
export async function countedDatabase(kind: DatabaseKind): Promise<Counted> {
  const calls: string[] = [];
  const nothing = () => {};
  const logger: Logger = {
    logQuery: (sql) => void calls.push(sql.split(' ')[0]!),
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
  const dataSource = await openDatabase(kind, logger);
  return { engine: signed(new DatabaseEngine(dataSource, { clock })), calls, close: () => dropDatabase(dataSource) };
}

interface CountedCache {
  cache: Cache;
  calls: string[];
  close(): Promise<unknown>;
}

export async function countedMemory(): Promise<CountedCache> {
  const calls: string[] = [];
  const cache = new MemoryCache({ clock });
  const pass = <R>(call: string, ask: () => Promise<R>) => {
    calls.push(call.replace('cache ', ''));
    return ask();
  };
  return { cache: gatedCache(cache, pass), calls, close: async () => {} };
}

/** What a client sends. Scripts are known to the server beforehand, as after the first use by anybody. */
export async function countedRedis(): Promise<CountedCache> {
  const calls: string[] = [];
  const client = new Redis(REDIS_URL);
  const cache = new RedisCache(client, { clock });
  await cache.compareAndSet('nothing', Buffer.from('a'), Buffer.from('b'), NOW + 1000);
  await cache.move!('nothing', 'nowhere', Buffer.from('b'), NOW + 1000, Buffer.from('a'));
  const send = client.sendCommand.bind(client);
  client.sendCommand = (command: Command, ...rest) => {
    calls.push(command.name);
    return send(command, ...rest);
  };
  return { cache, calls, close: async () => client.disconnect() };
}

/** What goes over the connection. */
export async function countedMemcached(): Promise<CountedCache> {
  const calls: string[] = [];
  const ask = MemcachedConnection.prototype.ask;
  const spy = jest.spyOn(MemcachedConnection.prototype, 'ask').mockImplementation(function (
    this: MemcachedConnection,
    command,
    value,
  ) {
    calls.push(command.split(' ')[0]!);
    return ask.call(this, command, value);
  });
  const cache = new MemcachedCache(MEMCACHED, { clock });
  return { cache, calls, close: () => cache.close().finally(() => spy.mockRestore()) };
}

export async function countedCache(open: () => Promise<CountedCache>): Promise<Counted> {
  const { cache, ...rest } = await open();
  return { engine: new CacheEngine(cache), ...rest };
}

/** Both in one list, in order. */
export async function countedCachedDb(open: () => Promise<CountedCache>): Promise<Counted> {
  const { cache, calls, close } = await open();
  const database = await countedDatabase('SQLite');
  database.calls.push = (...names) => calls.push(...names);
  const engine = new CachedDbEngine(database.engine, cache, { clock });
  return { engine, calls, close: () => Promise.all([close(), database.close()]) };
}

/** The calls of the engine: what each of them costs the disk is its own affair. */
export async function countedFiles(): Promise<Counted> {
  const calls: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'round-trips-'));
  const nobody = { loaded() {}, created() {}, saved() {}, cycled() {}, deleted() {} };
  const pass = <R>(call: string, ask: () => Promise<R>) => {
    calls.push(call);
    return ask();
  };
  const engine = watchedEngine(signed(new FileEngine({ folder, clock })), pass, nobody);
  return { engine, calls, close: async () => rmSync(folder, { recursive: true, force: true }) };
}
