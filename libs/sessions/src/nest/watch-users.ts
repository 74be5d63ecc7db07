import { Logger } from '@nestjs/common';
import { SessionsOptionsError } from '../core/errors.js';
import { RevocableSessions } from '../core/revocable-sessions.js';
import type { SessionObserver } from '../core/session-observer.js';
import type { SessionStore } from '../core/session-store.js';
import type { UserIndex } from '../core/user-index.js';
import { loggedInUser, type UserOf } from '../core/user-of.js';
import { UserSessions } from '../core/user-sessions.js';
import type { EngineInUse } from './make-engine.js';
import type { Settings } from './resolve-settings.js';

/** What keeps track of the users of a module's sessions. */
export interface UsersInUse {
  observer: SessionObserver;
  /** There where sessions can be listed. */
  sessions?: UserSessions;
  /** There where sessions travel in cookies, and can only be revoked. */
  revocable?: RevocableSessions;
  clearExpired?(): Promise<void>;
  check?(): Promise<void>;
}

const logger = new Logger('Sessions');

/** Has the option `userSessions` kept. Null: nobody asked for it. Throws `SessionsOptionsError` where it cannot be kept. */
export async function watchUsers(
  { engine, revocations: openRevocations }: EngineInUse,
  settings: Settings,
  store: SessionStore,
): Promise<UsersInUse | null> {
  const { userSessions, name, session } = settings;
  if (!userSessions) return null;
  const { limit = null, userOf: given = loggedInUser } = userSessions;
  // Under the same id, the users of another module are others. (No name has a colon in it.)
  const userOf: UserOf = (data) => {
    const id = given(data);
    return id === null ? null : namedUser(name, id);
  };
  const { cookieAge, clock } = session;
  if (engine.inCookie && openRevocations) {
    if (limit !== null) {
      throw new SessionsOptionsError([
        'userSessions.limit needs sessions that are kept on the server: those that travel in cookies cannot be counted',
      ]);
    }
    const read = async (key: string) => {
      const stored = await store.engine.load(key);
      return stored && session.serializer.loads(stored.payload);
    };
    const revocations = await openRevocations();
    const revocable = new RevocableSessions(revocations, { userOf, cookieAge, clock, read });
    return { observer: revocable, revocable, ...upkeepOf(revocations) };
  }
  const index = engine.users;
  if (!index) {
    throw new SessionsOptionsError([
      'userSessions needs an engine that can tell whose sessions there are: "db", "cached_db" or "cache", or one of your own with users; "signed_cookies" and "encrypted_cookies" can revoke them',
    ]);
  }
  const report = (error: unknown) =>
    logger.error(`A session could not be noted for its user. ${error instanceof Error ? error.message : ''}`.trim());
  const sessions = new UserSessions(index, { userOf, limit, cookieAge, clock, report }, () => store);
  return { observer: sessions, sessions, ...upkeepOf(index) };
}

/** A user's id as it is noted for a module: whatever users call themselves, no two modules note the same. */
export function namedUser(name: string | null, id: string): string {
  return name !== null || id.includes(':') ? `${name ?? ''}:${id}` : id;
}

function upkeepOf(part: Pick<UserIndex, 'clearExpired' | 'check'>): Pick<UsersInUse, 'clearExpired' | 'check'> {
  return {
    ...(part.clearExpired && { clearExpired: () => part.clearExpired!() }),
    ...(part.check && { check: () => part.check!() }),
  };
}
