import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Session } from '../../libs/sessions/src/core/session.js';
import { Actor, type Browser, type Concurrency, loginOf, storeWith } from './support/actor.js';
import { Gate } from './support/gate.js';
import { type Ground, groundsThatAnswer } from './support/grounds.js';
import { type Program, programs } from './support/programs.js';
import { PATIENCE, runs } from './support/runs.js';
import { SerialModel } from './support/serial-model.js';
import type { Witness } from './support/watched-engine.js';

const START = { a: 0, b: 0, list: [0], ...loginOf(1) };
const NOBODY: Witness = { loaded() {}, created() {}, saved() {}, cycled() {}, deleted() {} };

/**
 * Requests on one session, with their calls of the store in any order: each write that succeeds makes of
 * the session what a serial order would have made of it, each one that fails has its reason, whoever
 * reads sees what there was, and in the end the store holds what the last write has left.
 */
describe.each(await groundsThatAnswer())('$name', ({ open, share }) => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await open();
  }, 60_000);
  afterAll(() => ground?.close());

  async function play(program: Program, concurrency: Concurrency, scheduler: fc.Scheduler): Promise<void> {
    const store = storeWith(
      ground.engine((_, ask) => ask(), NOBODY),
      concurrency,
    );
    const started = new Session<any>(store).update(START);
    await started.save();
    const browser: Browser = { key: started.sessionKey };
    const model = new SerialModel();
    model.commit(browser.key!, START);

    const gate = new Gate(scheduler);
    const tabs = program.map((steps, index) => {
      const name = `tab ${index + 1}`;
      const actor = new Actor(name, ground, (call, ask) => gate.pass(name, call, ask), model, browser, concurrency);
      return [name, () => actor.run(steps)] as const;
    });
    await gate.run(Object.fromEntries(tabs));

    for (const key of model.keys()) {
      // A second time: what the first reader has left in a cache counts, too.
      for (let reader = 1; reader <= 2; reader++) {
        const found = await store.load(key);
        expect(found && { ...found.data }).toEqual(model.current(key));
      }
      expect(await store.exists(key)).toBe(model.current(key) !== null);
    }
  }

  test.each(['merge', 'overwrite'] as const)(
    'in any order, as one after another: %s',
    (concurrency) =>
      fc.assert(
        fc.asyncProperty(programs, fc.scheduler(), (program, scheduler) => play(program, concurrency, scheduler)),
        // Little can go wrong where nothing is merged.
        runs(concurrency === 'merge' ? share : share / 3),
      ),
    PATIENCE,
  );
});
