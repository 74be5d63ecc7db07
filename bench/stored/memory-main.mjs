import 'reflect-metadata';
import { createRequire } from 'node:module';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { answerWith } from '../processes/answer-with.mjs';
import { libraryOf, ourModules } from '../servers/our-module.mjs';
import { payloadOf } from '../servers/payload.mjs';
import { newKeys } from './keys.mjs';

const require = createRequire(import.meta.url);
const AMOUNT = 20_000;

// What one live session takes of a process' memory, its key included.
await answerWith(async (settings) => {
  const table = {};
  for (const bytes of [300, 2000]) {
    table[bytes] = {
      'ours, cache in memory': await perSession(await ours(settings), bytes),
      'express-session, MemoryStore': await perSession(express(new (require('express-session').MemoryStore)()), bytes),
      'express-session, memorystore': await perSession(
        express(new (require('memorystore')(require('express-session')))({ checkPeriod: 86_400_000 })),
        bytes,
      ),
    };
  }
  return table;
});

async function ours(settings) {
  const { SessionsService } = await libraryOf(settings)('index');
  class ApplicationModule {}
  Module({ imports: await ourModules({ engine: 'cache', store: 'memory' }, settings) })(ApplicationModule);
  const application = await NestFactory.createApplicationContext(ApplicationModule, { logger: ['error'] });
  const sessions = application.get(SessionsService);
  return async (data) => {
    const session = await sessions.open();
    session.update(data);
    await session.save();
  };
}

function express(store) {
  return (data, key) =>
    new Promise((resolve, reject) => {
      const cookie = { originalMaxAge: 1_209_600_000, expires: new Date(Date.now() + 1_209_600_000), httpOnly: true };
      store.set(key, { cookie, ...data }, (error) => (error ? reject(error) : resolve()));
    });
}

async function perSession(store, bytes) {
  const keys = newKeys(AMOUNT);
  await store({ n: 0, payload: payloadOf(bytes) }, 'the-first-one-makes-what-all-need');
  const before = await inUse();
  for (const key of keys) await store({ n: 0, payload: payloadOf(bytes) }, key);
  return ((await inUse()) - before) / AMOUNT;
}

async function inUse() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
