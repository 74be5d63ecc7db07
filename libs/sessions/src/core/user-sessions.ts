import type { Clock } from './clock.js';
import { NOTED_KEY, STARTED_KEY, TOUCHED_KEY, USER_KEY } from './own-members.js';
import type { Data } from './serializer.js';
import type { SessionObserver } from './session-observer.js';
import type { SessionStore } from './session-store.js';
import type { UserIndex } from './user-index.js';
import type { UserOf } from './user-of.js';

/** A session of a user, as it was found. */
export interface FoundSession {
  key: string;
  data: Data;
}

export interface UserSessionsOptions {
  userOf: UserOf;
  /** At most this many sessions of one user; a further log-in ends the oldest. Null: any number. */
  limit: number | null;
  /** Seconds a session lives that has no expiry of its own. */
  cookieAge: number;
  clock: Clock;
  /** Told when a session could not be noted; it is tried again when the session is next seen. */
  report(error: unknown): void;
}

/** How many keys a process remembers of sessions that carry no mark; one that it forgets is noted once more. */
const MOST_REMEMBERED = 10_000;
/** How many sessions are asked for at once. */
const BATCH = 20;

/**
 * Knows which sessions are a user's, where there is an index of them. What is noted carries a mark in its
 * data, so that a session costs one step more when its user logs in, and when it lives on for long.
 */
export class UserSessions implements SessionObserver {
  /** Sessions that somebody else has made, and that we have noted: they have no mark before they are saved. */
  readonly #remembered = new Map<string, string>();
  /** Data about to be stored whose key has to be noted then. */
  readonly #toNote = new WeakSet<Data>();
  /** Marked sessions that could not be noted. */
  readonly #owed = new Set<string>();

  constructor(
    private readonly index: UserIndex,
    private readonly options: UserSessionsOptions,
    private readonly store: () => SessionStore,
  ) {}

  stamp(data: Data, now: number, end: number): void {
    const userId = this.options.userOf(data);
    if (userId === null) {
      delete data[USER_KEY];
      delete data[NOTED_KEY];
      return;
    }
    const seconds = Math.floor(now / 1000);
    if (typeof data[STARTED_KEY] !== 'number') data[STARTED_KEY] = seconds;
    data[TOUCHED_KEY] = seconds;
    const noted = data[NOTED_KEY];
    const isNoted = data[USER_KEY] === userId && typeof noted === 'number' && noted * 1000 > end - this.#grace;
    if (isNoted) return;
    data[USER_KEY] = userId;
    data[NOTED_KEY] = Math.floor(end / 1000);
    this.#toNote.add(data);
  }

  /** A session that somebody else has made, such as Django, is noted when it is first seen. */
  found(key: string, data: Data): Promise<boolean> | boolean {
    const userId = this.options.userOf(data);
    if (userId === null) return true;
    const isNoted = data[USER_KEY] === userId ? !this.#owed.has(key) : this.#remembered.get(key) === userId;
    if (isNoted) return true;
    const end = this.options.clock() + this.options.cookieAge * 1000;
    return this.#note(key, userId, end).then(() => true);
  }

  stored(key: string, data: Data, end: number, isNew: boolean): Promise<void> | void {
    const userId = data[USER_KEY];
    if (typeof userId !== 'string' || !(this.#toNote.delete(data) || isNew)) return;
    return this.#note(key, userId, end).then(() => this.#keepTo(userId, key));
  }

  /** What the index still says of it is found out when it is looked at. */
  async leaving(): Promise<void> {}

  /** The sessions of a user that are alive now, in no order. */
  async of(userId: string): Promise<FoundSession[]> {
    const keys = await this.index.keysOf(userId);
    const alive: FoundSession[] = [];
    const gone: string[] = [];
    for (let i = 0; i < keys.length; i += BATCH) {
      const batch = keys.slice(i, i + BATCH);
      const snapshots = await Promise.all(batch.map((key) => this.store().find(key)));
      for (const [n, snapshot] of snapshots.entries()) {
        const key = batch[n]!;
        if (snapshot && this.options.userOf(snapshot.data) === userId) alive.push({ key, data: snapshot.data });
        else gone.push(key);
      }
    }
    if (gone.length > 0) await this.index.remove(userId, gone);
    return alive;
  }

  async end(userId: string, sessions: readonly FoundSession[]): Promise<void> {
    for (const { key } of sessions) await this.store().delete(key);
    // Afterwards: whoever fails half-way still finds them.
    const keys = sessions.map(({ key }) => key);
    if (keys.length > 0) await this.index.remove(userId, keys);
  }

  /** How far a session may live beyond what is noted of it (milliseconds). */
  get #grace(): number {
    return (this.options.cookieAge * 1000) / 2;
  }

  async #keepTo(userId: string, key: string): Promise<void> {
    const { limit } = this.options;
    if (limit === null) return;
    const others = (await this.of(userId)).filter((one) => one.key !== key).sort(byAge);
    const tooMany = others.slice(0, Math.max(0, others.length + 1 - limit));
    await this.end(userId, tooMany);
  }

  /** The session itself is stored already, perhaps under a key that only this request knows: it is never failed for this. */
  async #note(key: string, userId: string, end: number): Promise<void> {
    try {
      await this.index.add(userId, key, end + this.#grace);
      this.#owed.delete(key);
      this.#remember(key, userId);
    } catch (error) {
      this.#owed.add(key);
      this.options.report(error);
    }
  }

  #remember(key: string, userId: string): void {
    this.#remembered.delete(key);
    this.#remembered.set(key, userId);
    if (this.#remembered.size > MOST_REMEMBERED) this.#remembered.delete(this.#remembered.keys().next().value!);
  }
}

/** The oldest first; one of which nothing is known is older than all others. */
function byAge(a: FoundSession, b: FoundSession): number {
  return Number(a.data[STARTED_KEY] ?? 0) - Number(b.data[STARTED_KEY] ?? 0);
}
