import type { SessionEngine } from '../core/session-engine.js';

/** The methods of an engine that ask its store: those that answer later. */
export type EngineMethod = {
  [M in keyof SessionEngine]-?: NonNullable<SessionEngine[M]> extends (...args: never[]) => Promise<unknown>
    ? M
    : never;
}[keyof SessionEngine];

/** All of them, by the compiler's word: one that is added to the seam must be added here. */
const METHODS: Record<EngineMethod, true> = {
  load: true,
  exists: true,
  create: true,
  save: true,
  delete: true,
  cycle: true,
  clearExpired: true,
};

/** What happens in the place of a call; `call` makes it. */
export type AroundCall = (method: EngineMethod, call: () => Promise<unknown>) => Promise<unknown>;

/**
 * The engine with something around each of its calls, and with some members more. It has what the engine
 * has: a method that is not there is not there, which the library asks for.
 */
export function aroundEngine<E extends SessionEngine, M extends object>(
  engine: E,
  around: AroundCall,
  members: M,
): E & M {
  return new Proxy({} as E & M, {
    get(_, name) {
      if (Object.hasOwn(members, name)) return Reflect.get(members, name) as unknown;
      // With the engine as `this`, as it may have private fields.
      const member: unknown = Reflect.get(engine, name);
      if (typeof member !== 'function') return member;
      if (!Object.hasOwn(METHODS, name)) return member.bind(engine) as unknown;
      return (...args: unknown[]) =>
        around(name as EngineMethod, async () => (await member.apply(engine, args)) as unknown);
    },
    has: (_, name) => Object.hasOwn(members, name) || name in engine,
    getPrototypeOf: () => Object.getPrototypeOf(engine) as object | null,
  });
}
