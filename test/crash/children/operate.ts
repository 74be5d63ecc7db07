// Does one operation on a store, and dies on the way, or lives and tells which moments there are.
import { writeSync } from 'node:fs';
import { describedEngine, type StoreDescription } from '../../concurrency/support/described-engine.js';
import { type Operation, prepared, storeOf } from '../support/operations.js';
import { arm, type Moment, passed, stepped } from '../support/stepper.js';

export interface Errand {
  store: StoreDescription;
  operation: Operation;
  /** The session it is done on. */
  key: string;
  /** The key that a new one is given. */
  newKey: string;
  killAt: Moment | null;
}

const { store: description, operation, key, newKey, killAt } = JSON.parse(process.argv[2]!) as Errand;

if (description.engine === 'db' || description.engine === 'cached_db') {
  const { DataSource } = await import('typeorm');
  const { createQueryRunner } = DataSource.prototype;
  // On SQLite there is but one.
  const counted = new WeakSet();
  DataSource.prototype.createQueryRunner = function (...args) {
    const runner = createQueryRunner.apply(this, args);
    if (counted.has(runner)) return runner;
    counted.add(runner);
    const query = runner.query.bind(runner);
    runner.query = (...given: [string]) => stepped(given[0].split(' ')[0]!, () => query(...given));
    return runner;
  };
}
const cacheAlone = description.engine === 'cache';
const { engine, close } = await describedEngine(
  description,
  (call, ask) => (cacheAlone || call.startsWith('cache ') ? stepped(call, ask) : ask()),
  { newKey: () => newKey },
);
const store = storeOf(engine, Date.now);
// Connections are made with the first question; they are not what is to be interrupted.
await store.load(newKey);
const run = await prepared(operation, store, key);
arm(killAt);
await run();
writeSync(1, JSON.stringify(passed));
await close();
