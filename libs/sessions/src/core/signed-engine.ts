import type { Clock } from './clock.js';
import type { SessionCodec } from './session-codec.js';
import type { ClearExpiredOptions, SessionEngine, StoredSession } from './session-engine.js';

/** Told when a stored session failed verification; there is then no session. */
export type OnCorrupted = () => void;

/** Puts Django's signature around an engine that stores `session_data` texts. */
export function signedEngine(
  engine: SessionEngine,
  codec: SessionCodec,
  clock: Clock,
  onCorrupted: OnCorrupted,
): SessionEngine {
  const open = (stored: StoredSession): StoredSession | null => {
    const decoded = codec.decode(stored.payload);
    if (typeof decoded === 'string') {
      onCorrupted();
      return null;
    }
    return { ...stored, payload: decoded.payload };
  };
  /** Of what cannot be read only the date counts. */
  const openAnyway = (stored: StoredSession) => open(stored) ?? { ...stored, payload: '{}' };
  const seal = (payload: string) => codec.encode(payload, clock());
  return {
    plain: true,
    ...(engine.users && { users: engine.users }),
    ...(engine.keys && { keys: (batchSize: number) => engine.keys!(batchSize) }),
    ...(engine.accepts && { accepts: (key: string) => engine.accepts!(key) }),
    async load(key) {
      const stored = await engine.load(key);
      return stored && open(stored);
    },
    exists: (key) => engine.exists(key),
    create: (payload, expiresAt) => engine.create(seal(payload), expiresAt),
    save: (key, payload, expiresAt, expected) => engine.save(key, seal(payload), expiresAt, expected),
    delete: (key) => engine.delete(key),
    ...(engine.cycle && {
      cycle: (key: string, payload: string, expiresAt: number, expected?: unknown) =>
        engine.cycle!(key, seal(payload), expiresAt, expected),
    }),
    ...(engine.clearExpired && {
      clearExpired: (options: ClearExpiredOptions) =>
        engine.clearExpired!({
          ...options,
          isExpired: (stored) => options.isExpired(openAnyway(stored)),
          ...(options.ownExpiry && { ownExpiry: (stored: StoredSession) => options.ownExpiry!(openAnyway(stored)) }),
        }),
    }),
  };
}
