import { createHash } from 'node:crypto';
import { SessionsOptionsError } from '../core/errors.js';
import { LABEL_KEY, STARTED_KEY, TOUCHED_KEY } from '../core/own-members.js';
import type { Session } from '../core/session.js';
import type { FoundSession } from '../core/user-sessions.js';
import type { UserSessions } from '../core/user-sessions.js';
import type { UsersInUse } from './watch-users.js';

/** A session as its user may see it: never its key. */
export interface SessionOfUser {
  /** Names the session in a form or a URL; says nothing of its key. */
  id: string;
  /** When it began; null: not known, as somebody else made it. */
  createdAt: Date | null;
  /** When it was last saved; null: not known. With `touchEvery` that is when it was last used, more or less. */
  lastSeenAt: Date | null;
  /** What `SessionsService.label` called it, or null. */
  label: string | null;
  /** Whether it is the one that was given to `list`. */
  isCurrent: boolean;
}

/** The sessions of one user. Every method throws `SessionStoreError` when the store fails. */
export class SessionsOfUser {
  constructor(
    private readonly userId: string,
    private readonly users: UsersInUse,
  ) {}

  /** Those that are alive, the one last seen first. Throws `SessionsOptionsError` where sessions travel in cookies. */
  async list(current?: Session<any>): Promise<SessionOfUser[]> {
    const found = await this.#listed().of(this.userId);
    return found
      .map(({ key, data }) => ({
        id: idOf(key),
        createdAt: dateOf(data[STARTED_KEY]),
        lastSeenAt: dateOf(data[TOUCHED_KEY]),
        label: typeof data[LABEL_KEY] === 'string' ? data[LABEL_KEY] : null,
        isCurrent: key === current?.sessionKey,
      }))
      .sort((a, b) => Number(b.lastSeenAt) - Number(a.lastSeenAt));
  }

  /** Ends the session with this `id` of `list`. False: the user has none. */
  async end(id: string): Promise<boolean> {
    return (await this.#end(({ key }) => idOf(key) === id)) > 0;
  }

  /** Ends all but this one, and answers how many. */
  async endOthers(current: Session<any>): Promise<number> {
    return this.#end(({ key }) => key !== current.sessionKey);
  }

  /**
   * Ends all of them, and answers how many; null where sessions travel in cookies and nobody can tell. Each
   * is gone for the next request that names it.
   */
  async endAll(): Promise<number | null> {
    if (!this.users.revocable) return this.#end(() => true);
    await this.users.revocable.endAllOf(this.userId);
    return null;
  }

  async #end(isMeant: (session: FoundSession) => boolean): Promise<number> {
    const sessions = this.#listed();
    const meant = (await sessions.of(this.userId)).filter(isMeant);
    await sessions.end(this.userId, meant);
    return meant.length;
  }

  #listed(): UserSessions {
    if (this.users.sessions) return this.users.sessions;
    throw new SessionsOptionsError([
      'sessions that travel in cookies cannot be listed: nobody but the visitor has them; endAll() ends them',
    ]);
  }
}

/** The same for every request, and of no use to whoever reads it. */
function idOf(key: string): string {
  return createHash('sha256').update(`session of a user ${key}`).digest('base64url').slice(0, 22);
}

function dateOf(seconds: unknown): Date | null {
  return typeof seconds === 'number' ? new Date(seconds * 1000) : null;
}
