import { test } from '@jest/globals';
import { type DjangoServer, startDjango } from './django-server.js';
import type { Version } from './djangos.js';
import type { Engine } from './engines.js';
import { startNest } from './nest/start-nest.js';
import { OLD_SECRET, SECRET } from './secrets.js';
import { SharedStore } from './shared-store.js';
import type { Side } from './visitor.js';

export const DIRECTIONS = ['Django → Nest', 'Nest → Django'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** A Django and a Nest on one store. */
export class Pair {
  #stopped = false;

  private constructor(
    readonly store: SharedStore,
    readonly django: DjangoServer,
    readonly nest: Side,
  ) {}

  /** `prepare` is called when there is a database, and nothing in it. */
  static async start(
    version: Version,
    engine: Engine,
    prepare: (store: SharedStore) => Promise<void> = async () => {},
  ): Promise<Pair> {
    const store = new SharedStore(version, engine);
    let django: DjangoServer | undefined;
    try {
      await store.create();
      await prepare(store);
      django = await startDjango(version, store.djangoEnvironment);
      const nest = await startNest({ store, users: [django.user], secrets: [SECRET, OLD_SECRET] });
      return new Pair(store, django, nest);
    } catch (error) {
      await django?.stop();
      await store.remove();
      throw error;
    }
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await Promise.all([this.django.stop(), this.nest.stop()]);
    await this.store.remove();
  }

  /** What `use` answers of one more Nest on the same store. */
  async withNest<T>(other: { secrets: string[]; ahead?: number }, use: (nest: Side) => Promise<T>): Promise<T> {
    const nest = await startNest({ store: this.store, users: [this.django.user], ...other });
    try {
      return await use(nest);
    } finally {
      await nest.stop();
    }
  }
}

/** Why some cases make no sense for signed cookies, on either side. */
export const IN_COOKIE =
  'the session is its cookie: nothing is stored that could be revoked, cleared or ended before the cookie is too old';

/** What the cases of one cell of the table are told. The pair is there once the tests run. */
export class Scene {
  constructor(
    readonly version: Version,
    readonly engine: Engine,
    readonly direction: Direction,
    readonly pair: () => Pair,
  ) {}

  /** The side that makes the session. */
  get maker(): Side {
    return this.direction === 'Django → Nest' ? this.pair().django : this.pair().nest;
  }

  /** The side that is given it. */
  get taker(): Side {
    return this.direction === 'Django → Nest' ? this.pair().nest : this.pair().django;
  }

  get djangoMakes(): boolean {
    return this.direction === 'Django → Nest';
  }

  /** Whether the session itself travels in the cookie, so that no side can take it back. */
  get inCookie(): boolean {
    return this.engine.name === 'signed_cookies';
  }

  /** A test, or the reason why there cannot be one, which the table then tells. */
  check(title: string, run: () => Promise<void>, notRun?: string | false): void {
    // oxlint-disable-next-line jest/no-disabled-tests -- the reason is told in the table
    if (notRun) test.skip(`${title} ${NOT_RUN}${notRun}`, run);
    else test(title, run);
  }
}

/** What stands between the title of a test that cannot be and the reason; the table looks for it. */
export const NOT_RUN = '— not run: ';
