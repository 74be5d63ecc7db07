import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Visitor } from '../../support/browserlike.js';
import { type Answer, Shop } from './shop.js';
import type { Fault, StoreUnderFault } from './store-under-fault.js';
import { WitnessLogger } from './witnesses.js';

/** Every key looks like this, one that no visitor was ever told included. */
const KEY = /\b[a-z0-9]{32}\b/;

/** A shop and the store behind it, for all the tests of a `describe`. */
export class Scene {
  readonly logger = new WitnessLogger();
  store!: StoreUnderFault;
  shop!: Shop;

  /** Registers what opens it before the tests and closes it after them, and looks at the log after each. */
  static on(open: () => Promise<StoreUnderFault>): Scene {
    const scene = new Scene();
    beforeAll(async () => {
      scene.logger.begin();
      scene.store = await open();
      scene.shop = await Shop.open(scene.store, scene.logger);
    });
    afterAll(async () => {
      await scene.shop?.app.close();
      await scene.store?.close();
      scene.logger.end();
    });
    afterEach(() => {
      const lines = scene.logger.lines.splice(0);
      scene.shop.filter.seen.length = 0;
      for (const line of lines) expect(line).not.toMatch(KEY);
    });
    return scene;
  }

  fault(name: 'stopped' | 'paused' | 'slow' | 'full'): Fault {
    return this.store.faults[name]!;
  }

  async during<R>(fault: Fault, work: () => Promise<R>): Promise<R> {
    await fault.begin();
    try {
      return await work();
    } finally {
      await fault.end();
    }
  }

  /** Has requests stand in the middle of their handlers, lets something happen, and lets them go on. */
  async inTheMiddle(requests: [Visitor, string][], happens: () => Promise<void> | void): Promise<Answer[]> {
    const answers = Promise.all(requests.map(([visitor, what]) => this.shop.ask(visitor, what)));
    const tooSoon = answers.then(() => Promise.reject(new Error('answered without having been in the middle')));
    try {
      await Promise.race([this.shop.hold.until(requests.length), tooSoon]);
      await happens();
    } finally {
      this.shop.hold.release();
    }
    return answers;
  }

  /** The exceptions that the application's own filter was given since the test began, sorted. */
  get seen(): string[] {
    return [...this.shop.filter.seen].sort();
  }
}
