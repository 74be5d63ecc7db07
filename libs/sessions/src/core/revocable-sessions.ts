import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.js';
import { LOGGED_IN_KEY, SESSION_ID_KEY, USER_KEY } from './own-members.js';
import type { Revocations } from './revocations.js';
import type { Data } from './serializer.js';
import type { SessionObserver } from './session-observer.js';
import type { UserOf } from './user-of.js';

export interface RevocableSessionsOptions {
  userOf: UserOf;
  /** Seconds after which a cookie counts no more by itself. */
  cookieAge: number;
  clock: Clock;
  /** The data of a session that travels in its cookie, or null. */
  read(key: string): Promise<Data | null>;
}

/**
 * Has the log-out of sessions that travel in their cookies last: the session of a user gets an id, which is
 * revoked when it ends, and what was issued to a user up to a moment can be revoked at once.
 */
export class RevocableSessions implements SessionObserver {
  constructor(
    private readonly revocations: Revocations,
    private readonly options: RevocableSessionsOptions,
  ) {}

  /** A new key is a new id: the old one is revoked with the old key. */
  stamp(data: Data, now: number, _end: number, isNew: boolean): void {
    const userId = this.options.userOf(data);
    const isSame = userId !== null && data[USER_KEY] === userId && typeof data[SESSION_ID_KEY] === 'string';
    if (isSame && !isNew) return;
    delete data[USER_KEY];
    delete data[SESSION_ID_KEY];
    delete data[LOGGED_IN_KEY];
    if (userId === null) return;
    data[USER_KEY] = userId;
    data[SESSION_ID_KEY] = randomBytes(12).toString('base64url');
    data[LOGGED_IN_KEY] = now;
  }

  /** Throws when the revocations cannot be asked: a session that may have ended must not be taken for a live one. */
  async found(_key: string, data: Data): Promise<boolean> {
    const userId = this.options.userOf(data);
    if (userId === null) return true;
    const { [SESSION_ID_KEY]: id, [LOGGED_IN_KEY]: since } = data;
    const subjects = [ofUser(userId), ...(typeof id === 'string' ? [ofSession(id)] : [])];
    const [user, session] = await this.revocations.revokedUntil(subjects);
    // One that was issued before there was a date to it is as old as can be.
    return session == null && (user == null || (typeof since === 'number' && since > user));
  }

  async stored(): Promise<void> {}

  async leaving(key: string): Promise<void> {
    const id = (await this.options.read(key))?.[SESSION_ID_KEY];
    if (typeof id === 'string') await this.#revoke(ofSession(id));
  }

  /** Ends all sessions of a user that there are now. */
  async endAllOf(userId: string): Promise<void> {
    await this.#revoke(ofUser(userId));
  }

  async #revoke(subject: string): Promise<void> {
    const now = this.options.clock();
    await this.revocations.revoke(subject, now, now + this.options.cookieAge * 1000);
  }
}

const ofUser = (userId: string) => `user:${userId}`;
const ofSession = (id: string) => `session:${id}`;
