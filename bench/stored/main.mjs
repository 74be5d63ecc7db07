import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { answerWith } from '../processes/answer-with.mjs';
import { libraryOf, ourModules } from '../servers/our-module.mjs';
import { payloadOf } from '../servers/payload.mjs';
import { median } from '../statistics.mjs';
import { FILLERS } from './fillers.mjs';

const VISITORS = 1000;

// What one session costs while ever more of them are stored: the same store, asked at each amount.
await answerWith(async (settings) => {
  const { SessionsService } = await libraryOf(settings)('index');
  class ApplicationModule {}
  Module({ imports: await ourModules(settings, settings) })(ApplicationModule);
  const application = await NestFactory.createApplicationContext(ApplicationModule, { logger: ['error', 'warn'] });
  const sessions = application.get(SessionsService);

  const first = await sessions.open();
  first.update({ n: 0, payload: payloadOf(300) });
  await first.save();
  const filler = await FILLERS[settings.store](settings, first.sessionKey);
  const costs = [];
  let stored = 1;
  for (const amount of settings.amounts) {
    await filler.add(amount - stored);
    stored = amount;
    costs.push({ amount, ...(await costOf(sessions, filler.someKeys(VISITORS))) });
  }
  await application.close();
  await filler.end();
  return costs;
});

/** Median microseconds of a read, and of a read with a write after it, of sessions drawn from all. */
async function costOf(sessions, keys) {
  const read = async (key) => {
    const session = await sessions.open(key);
    if (session.get('n') === undefined) throw new Error('A session that was stored is not there.');
    return session;
  };
  const write = async (key) => {
    const session = await read(key);
    session.set('n', session.get('n') + 1);
    await session.save();
  };
  // What is measured is what has been optimized, and what the store has been asked for before.
  await timesOf(read, keys);
  await timesOf(write, keys);
  return { read: median(await timesOf(read, keys)), write: median(await timesOf(write, keys)) };
}

async function timesOf(work, keys) {
  const times = [];
  for (const key of keys) {
    const began = process.hrtime.bigint();
    await work(key);
    times.push(Number(process.hrtime.bigint() - began) / 1000);
  }
  return times;
}
