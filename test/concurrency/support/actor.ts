import { expect } from '@jest/globals';
import { SessionConflictError, SessionUpdateError } from '../../../libs/sessions/src/core/errors.js';
import { jsonSerializer } from '../../../libs/sessions/src/core/json-serializer.js';
import { Session } from '../../../libs/sessions/src/core/session.js';
import type { SavedSession, SessionEngine, StoredSession } from '../../../libs/sessions/src/core/session-engine.js';
import { SessionStore } from '../../../libs/sessions/src/core/session-store.js';
import type { Pass, Witness } from './watched-engine.js';
import { type Ground, NOW } from './grounds.js';
import type { Step } from './programs.js';
import { conflicts, copy, merged, type SerialModel, type State } from './serial-model.js';

export type Concurrency = 'merge' | 'overwrite';

/** The cookie that several tabs of a browser share. */
export interface Browser {
  key: string | null;
}

/**
 * One tab that works on a session of the library and, beside it, on what the session must be like.
 * Whatever the store answers is compared with the model at that very moment.
 */
export class Actor implements Witness {
  readonly #store: SessionStore;
  #session: Session<any>;
  #key: string | null;
  /** What the tab has in hand. */
  #mine: NonNullable<State> = {};
  /** What that rests on; null: on nothing, it replaces whatever is there. */
  #base: State = null;
  /** A new key that a change of key in steps has claimed, and that counts only with the last of them. */
  #claimed: { key: string; payload: string } | null = null;
  /** The states that the present step has made of sessions, until it is over. */
  readonly #written = new Map<string, number>();
  /** What the engine last said is stored. */
  #lastRead: State = null;

  constructor(
    readonly name: string,
    ground: Ground,
    pass: Pass,
    private readonly model: SerialModel,
    private readonly browser: Browser,
    private readonly concurrency: Concurrency,
  ) {
    this.#store = storeWith(this.#listeningTo(ground.engine(pass, this)), concurrency);
    this.#key = browser.key;
    this.#session = new Session(this.#store, this.#key);
  }

  async run(steps: readonly Step[]): Promise<void> {
    await this.#open(this.#key);
    for (const step of steps) await this.#take(step);
    this.#compare();
  }

  /** Once for each session: to look at the data is to be handed what one could change. */
  #compare(): void {
    expect(this.#session.sessionKey).toBe(this.#key);
    expect({ ...this.#session.data }).toEqual(this.#mine);
  }

  async #take(step: Step): Promise<void> {
    const session = this.#session;
    const mine = this.#mine;
    switch (step.do) {
      case 'open':
      case 'follow':
        this.#compare();
        return this.#open(step.do === 'open' ? this.#key : this.browser.key);
      case 'set':
        session.set(step.key, step.value);
        mine[step.key] = step.value;
        return;
      case 'push':
        session.data[step.key] ??= [];
        session.data[step.key].push(step.value);
        mine[step.key] = [...((mine[step.key] as number[] | undefined) ?? []), step.value];
        return;
      case 'delete':
        session.pop(step.key, null);
        delete mine[step.key];
        return;
      case 'login':
        for (const [key, value] of Object.entries(loginOf(step.user))) {
          session.set(key, value);
          mine[key] = value;
        }
        return;
      case 'rehash':
        session.set('_auth_user_hash', `another hash ${step.value}`);
        mine['_auth_user_hash'] = `another hash ${step.value}`;
        return;
      case 'clear':
        session.clear();
        this.#mine = {};
        this.#base = null;
        return;
      case 'reload':
        return this.#reading(this.#key, () => session.reload());
      case 'save':
        return this.#writing(() => session.save());
      case 'cycleKey':
        return this.#writing(() => session.cycleKey());
      case 'destroy':
        // Data that nobody has looked at before are not there any more afterwards.
        expect(session.size).toBe(Object.keys(mine).length);
        await session.destroy();
        return this.#tellWritten();
      case 'flush':
        await session.flush();
        this.#tellWritten();
        if (this.browser.key === this.#key) this.browser.key = null;
        this.#key = null;
        this.#mine = {};
        this.#base = null;
    }
  }

  /** Another request of this tab, with the cookie it has. */
  #open(key: string | null): Promise<void> {
    this.#session = new Session(this.#store, key);
    this.#key = key;
    return this.#reading(key, () => this.#session.load());
  }

  async #reading(key: string | null, read: () => Promise<unknown>): Promise<void> {
    const from = key === null ? 0 : this.model.told(key);
    await read();
    const found = this.#session.sessionKey === null ? null : this.#lastRead;
    if (key !== null) expect({ found, was: this.model.hasBeen(key, found, from) }).toEqual({ found, was: true });
    this.#key = found && key;
    this.#base = copy(found);
    this.#mine = copy(found) ?? {};
  }

  async #writing(write: () => Promise<void>): Promise<void> {
    const wanted = this.#key;
    try {
      await write();
      this.#tellWritten();
      if (this.#key !== wanted) this.browser.key = this.#key;
    } catch (error) {
      if (error instanceof SessionUpdateError) expect(this.model.current(wanted!)).toBeNull();
      else if (error instanceof SessionConflictError) {
        expect(conflicts(this.#base!, this.#mine, this.#lastRead!)).toBe(true);
      } else throw error;
    } finally {
      this.#claimed = null;
      this.#written.clear();
    }
  }

  #tellWritten(): void {
    for (const [key, state] of this.#written) this.model.tell(key, state);
    this.#written.clear();
  }

  // ---- what the store has done --------------------------------------------------------------------

  loaded(key: string, stored: StoredSession | null): void {
    expect(dataOf(stored)).toEqual(this.model.current(key));
  }

  created(payload: string, { key }: SavedSession): void {
    if (this.#key !== null) {
      this.#claimed = { key, payload };
      return;
    }
    expect(parsed(payload)).toEqual(this.#mine);
    this.#commit(null, key, this.#mine);
  }

  saved(key: string, payload: string, expiresAt: number, saved: SavedSession | null): void {
    if (!saved) return;
    if (this.#claimed && expiresAt < NOW) {
      this.cycled(key, this.#claimed.payload, { key: this.#claimed.key });
    } else this.#commit(key, key, parsed(payload));
  }

  cycled(key: string, payload: string, saved: SavedSession | null): void {
    if (saved) this.#commit(key, saved.key, parsed(payload));
  }

  deleted(key: string): void {
    if (this.model.keys().includes(key)) this.#put(key, null);
  }

  /** A write has been done: it must be the one that a serial order would have made of it. */
  #commit(from: string | null, to: string, written: NonNullable<State>): void {
    if (from !== null) {
      const current = this.model.current(from);
      // Gone is gone: nothing may be written to such a session.
      expect(current).not.toBeNull();
      if (this.concurrency === 'merge' && this.#base !== null) {
        expect(conflicts(this.#base, this.#mine, current!)).toBe(false);
        expect(written).toEqual(merged(this.#base, this.#mine, current!));
      } else expect(written).toEqual(this.#mine);
      if (from !== to) this.#put(from, null);
    }
    this.#put(to, written);
    this.#key = to;
    this.#mine = copy(written);
    this.#base = copy(written);
  }

  #put(key: string, state: State): void {
    this.#written.set(key, this.model.commit(key, state));
  }

  /** A merge rests on what the engine last answered, which may be an entry of a cache. */
  #listeningTo(engine: SessionEngine): SessionEngine {
    const load = async (key: string) => {
      const stored = await engine.load(key);
      this.#lastRead = dataOf(stored);
      return stored;
    };
    return new Proxy(engine, {
      get(target, name) {
        if (name === 'load') return load;
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  }
}

export function storeWith(engine: SessionEngine, concurrency: Concurrency): SessionStore {
  return new SessionStore(engine, {
    cookieAge: 600,
    expireAtBrowserClose: false,
    absoluteAge: null,
    timeZone: 'UTC',
    concurrency,
    serializer: jsonSerializer,
    clock: () => NOW,
  });
}

export function loginOf(user: number): Record<string, string> {
  return { _auth_user_id: String(user), _auth_user_backend: 'model', _auth_user_hash: `hash of ${user}` };
}

function dataOf(stored: StoredSession | null): State {
  return stored && parsed(stored.payload);
}

function parsed(payload: string): NonNullable<State> {
  return JSON.parse(payload) as NonNullable<State>;
}
