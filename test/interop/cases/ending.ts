import { expect } from '@jest/globals';
import { IN_COOKIE, type Scene } from '../scene.js';
import { type Expiry, Visitor } from '../visitor.js';
import { NO_INSTANTS } from './expiry.js';

const IN_FILES = 'Django never ends a file whose session has a number as its expiry; only the cookie ends';

/** Seconds. The clock of memcached ticks once a second, and an instant's age is rounded down. */
const LIFETIME = 3;
const PATIENCE = 10;

/** What became of a session that the maker let live for `LIFETIME`, as the taker saw it. */
interface Ending {
  /** Whether it was there at first. */
  alive: boolean;
  /** Seconds after which it was gone; Infinity if that never came. */
  lived: number;
}

/**
 * Sessions that really end. They are made before the first test and looked at after the last, so
 * that hardly anybody waits for them.
 */
export class Endings {
  #bySeconds?: Promise<Ending>;
  #byInstant?: Promise<Ending>;
  readonly #noSeconds: string | false;
  readonly #noInstants: string | false;

  constructor(private readonly scene: Scene) {
    const inFiles = scene.engine.name === 'file' && !scene.djangoMakes && IN_FILES;
    this.#noSeconds = (scene.inCookie && IN_COOKIE) || inFiles;
    this.#noInstants = (scene.inCookie && IN_COOKIE) || (scene.version === '3.2' && NO_INSTANTS);
  }

  /** Makes the sessions and watches them from now on. */
  plant(): void {
    if (!this.#noSeconds) this.#bySeconds = this.#watch(LIFETIME);
    if (!this.#noInstants) this.#byInstant = this.#watch({ seconds: LIFETIME });
  }

  cases(): void {
    const ended = async (ending: Promise<Ending> | undefined) => {
      const { alive, lived } = (await ending)!;
      expect(alive).toBe(true);
      expect(lived).toBeLessThan(PATIENCE);
    };
    this.scene.check('a session that lives some seconds ends', () => ended(this.#bySeconds), this.#noSeconds);
    this.scene.check('a session that lives until an instant ends', () => ended(this.#byInstant), this.#noInstants);
  }

  #watch(expiry: Expiry): Promise<Ending> {
    const watching = this.#follow(expiry);
    // It is awaited by a test, which may be later than it fails.
    watching.catch(() => {});
    return watching;
  }

  async #follow(expiry: Expiry): Promise<Ending> {
    const { maker, taker } = this.scene;
    const visitor = new Visitor();
    await visitor.update(maker, { cart: ['tea'] });
    await visitor.setExpiry(maker, expiry);
    const isThere = async () => (await visitor.twin().session(taker)).text !== '{}';
    const start = performance.now();
    const age = () => (performance.now() - start) / 1000;
    const alive = await isThere();
    // A machine that was too busy to look in time has seen nothing: once more.
    if (!alive && age() > 0.8) return this.#follow(expiry);
    while (await isThere()) {
      if (age() > PATIENCE) return { alive, lived: Infinity };
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return { alive, lived: age() };
  }
}
