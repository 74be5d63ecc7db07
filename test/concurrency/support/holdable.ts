import type { Pass } from './watched-engine.js';

/** Lets every call of a store pass, but for those a test wants to hold up. */
export class Holdable {
  readonly #held = new Map<string, { reached: () => void; released: Promise<void> }>();

  /** The next call of this name waits, before the store is asked, until it is released. */
  holdNext(call: string): { reached: Promise<void>; release: () => void } {
    let reach = () => {};
    let release = () => {};
    const reached = new Promise<void>((resolve) => (reach = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    this.#held.set(call, { reached: reach, released });
    return { reached, release };
  }

  readonly pass: Pass = async (call, ask) => {
    const held = this.#held.get(call);
    if (held) {
      this.#held.delete(call);
      held.reached();
      await held.released;
    }
    return ask();
  };
}
