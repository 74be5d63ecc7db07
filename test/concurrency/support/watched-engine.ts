import type {
  ClearExpiredOptions,
  SavedSession,
  SessionEngine,
  StoredSession,
} from '../../../libs/sessions/src/core/session-engine.js';

/** Who hears what the store has answered, at the very moment it has. */
export interface Witness {
  loaded(key: string, stored: StoredSession | null): void;
  created(payload: string, saved: SavedSession): void;
  saved(key: string, payload: string, expiresAt: number, saved: SavedSession | null): void;
  cycled(key: string, payload: string, saved: SavedSession | null): void;
  deleted(key: string): void;
}

/** Lets calls of a store through, one at a time. */
export type Pass = <R>(call: string, ask: () => Promise<R>) => Promise<R>;

/** The engine, with every call let through by `pass`, and told to `witness` before anybody else can ask. */
export function watchedEngine(engine: SessionEngine, pass: Pass, witness: Witness): SessionEngine {
  const told = <R>(call: string, ask: () => Promise<R>, tell: (answer: R) => void) =>
    pass(call, async () => {
      const answer = await ask();
      tell(answer);
      return answer;
    });
  return {
    ...(engine.plain !== undefined && { plain: engine.plain }),
    load: (key) =>
      told(
        'load',
        () => engine.load(key),
        (stored) => witness.loaded(key, stored),
      ),
    exists: (key) => pass('exists', () => engine.exists(key)),
    create: (payload, expiresAt) =>
      told(
        'create',
        () => engine.create(payload, expiresAt),
        (saved) => witness.created(payload, saved),
      ),
    save: (key, payload, expiresAt, expected) =>
      told(
        'save',
        () => engine.save(key, payload, expiresAt, expected),
        (saved) => witness.saved(key, payload, expiresAt, saved),
      ),
    delete: (key) =>
      told(
        'delete',
        () => engine.delete(key),
        () => witness.deleted(key),
      ),
    ...(engine.cycle && {
      cycle: (key: string, payload: string, expiresAt: number, expected?: unknown) =>
        told(
          'cycle',
          () => engine.cycle!(key, payload, expiresAt, expected),
          (saved) => witness.cycled(key, payload, saved),
        ),
    }),
    ...(engine.clearExpired && {
      clearExpired: (options: ClearExpiredOptions) => pass('clearExpired', () => engine.clearExpired!(options)),
    }),
  };
}
