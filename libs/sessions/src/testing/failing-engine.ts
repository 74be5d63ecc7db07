import type { SessionEngine } from '../core/session-engine.js';
import { aroundEngine, type EngineMethod } from './around-engine.js';

/** A call that is held back. */
export interface HeldCall {
  /** Over when the call has come. */
  readonly reached: Promise<void>;
  /** Lets it go on, or pass when it comes. */
  release(): void;
}

/** What a failing engine has beside what its engine has. */
export interface Failing {
  /** From now on every call fails. Default: with an error that says that the store is down. */
  failAll(error?: Error): void;
  /** The next call of this method fails; said twice, the next two. Throws if the engine has no such method. */
  failNext(method: EngineMethod, error?: Error): void;
  /**
   * The next call of this method waits until it is released, before the store is asked; it then meets what
   * holds by that time. Throws if the engine has no such method.
   */
  holdNext(method: EngineMethod): HeldCall;
  /** All is well again: nothing fails any more, and whatever is held is released. */
  recover(): void;
}

export type FailingEngine<E extends SessionEngine = SessionEngine> = E & Failing;

/** An engine that fails, or keeps its callers waiting, when a test says so. Else it does what the engine does. */
export function failingEngine<E extends SessionEngine>(engine: E): FailingEngine<E> {
  let failure: Error | null = null;
  let failures: Order<Error>[] = [];
  let holds: Order<Hold>[] = [];
  let held: Hold[] = [];

  const obey = async (method: EngineMethod, call: () => Promise<unknown>) => {
    await taken(holds, method)?.wait();
    const error = taken(failures, method) ?? failure;
    if (error) throw error;
    return call();
  };
  const assertThere = (method: EngineMethod) => {
    // An order for a call that never comes would make a test that cannot fail.
    if (typeof engine[method] !== 'function') throw new TypeError(`The engine has no method ${method}.`);
  };
  return aroundEngine<E, Failing>(engine, obey, {
    failAll(error = isDown()) {
      failure = error;
    },
    failNext(method, error = isDown()) {
      assertThere(method);
      failures.push([method, error]);
    },
    holdNext(method) {
      assertThere(method);
      const hold = new Hold();
      holds.push([method, hold]);
      held.push(hold);
      return hold;
    },
    recover() {
      for (const hold of held) hold.release();
      failure = null;
      [failures, holds, held] = [[], [], []];
    },
  });
}

class Hold implements HeldCall {
  #arrive = () => {};
  #letGo = () => {};
  readonly reached = new Promise<void>((resolve) => (this.#arrive = resolve));
  readonly #released = new Promise<void>((resolve) => (this.#letGo = resolve));

  /** A function of its own, so that `const { reached, release } = …` is fine. */
  readonly release = (): void => this.#letGo();

  wait(): Promise<void> {
    this.#arrive();
    return this.#released;
  }
}

type Order<T> = [method: EngineMethod, what: T];

/** The first order for this method, which is thereby fulfilled. */
function taken<T>(orders: Order<T>[], method: EngineMethod): T | undefined {
  const index = orders.findIndex(([name]) => name === method);
  return index < 0 ? undefined : orders.splice(index, 1)[0]![1];
}

function isDown(): Error {
  return new Error('The session store is down.');
}
