import { changesBetween, mergeChanges } from './changes.js';
import { SessionConflictError, SessionError, SessionStoreError, SessionUpdateError } from './errors.js';
import { STARTED_KEY, TOUCHED_KEY } from './own-members.js';
import type { Data } from './serializer.js';
import type { SavedSession, SessionEngine, StoredSession } from './session-engine.js';
import { EXPIRY_KEY, expiryAge, expiryDate } from './session-expiry.js';
import { isSessionKey } from './session-key.js';
import type { SessionObserver } from './session-observer.js';
import { SessionSchema } from './session-schema.js';
import type { SessionSettings } from './session-settings.js';

/** What was in the store when we last looked. */
export interface Snapshot {
  /** The text of `data`, which changes are measured against. */
  payload: string;
  /** To be looked at: see `SessionSerializer.peek`. */
  data: Data;
  version: unknown;
  /** See `StoredSession.outdated`. */
  outdated?: boolean;
}

const MERGE_TRIES = 100;

/**
 * The way from session data to an engine: serializing, expiry, and what happens when somebody else
 * wrote meanwhile. Knows nothing of flags or requests.
 */
export class SessionStore {
  readonly #schema: SessionSchema | null;
  /** Looks on while sessions come and go, where the application wants to know more than one at a time. */
  observer: SessionObserver | null = null;
  /** Told the key of every session that is ended here, or found to be stored no more. Set while somebody wants to know. */
  onEnded: ((key: string) => void) | null = null;

  constructor(
    readonly engine: SessionEngine,
    readonly settings: SessionSettings,
  ) {
    const { schema, upgrade, serializer } = settings;
    this.#schema = schema ? new SessionSchema(schema, upgrade, serializer) : null;
  }

  accepts(key: string): boolean {
    return this.engine.accepts ? this.engine.accepts(key) : isSessionKey(key);
  }

  /** Throws `SessionSchemaError` where what is stored does not fit the schema, and cannot be upgraded. */
  load(key: string): Promise<Snapshot | null> {
    const schema = this.#schema;
    return schema ? this.find(key).then((found) => found && schema.fit(found)) : this.find(key);
  }

  /** What is stored, as it is: for whoever looks at sessions, and has to find those too that do not fit the schema. */
  async find(key: string): Promise<Snapshot | null> {
    let stored: StoredSession | null = null;
    try {
      if (this.accepts(key)) stored = await this.engine.load(key);
    } catch (error) {
      throw asStoreError('load', error, key);
    }
    const found = stored && this.#read(stored, key);
    const { observer } = this;
    const isFound = found && (!observer || (await this.#ask('load', async () => observer.found(key, found.data), key)));
    if (isFound) return found;
    this.onEnded?.(key);
    return null;
  }

  #read(stored: StoredSession, key: string): Snapshot | null {
    const { payload, version, outdated = false, modifiedAt } = stored;
    // A cookie that is of no use any more stands for an empty session, as the one it held has ended.
    if (outdated) this.onEnded?.(key);
    let data: Data;
    try {
      data = this.#peek(payload);
    } catch {
      return null;
    }
    if (modifiedAt !== undefined && this.#hasExpired(data, modifiedAt)) return null;
    if (this.#absoluteEnd(data) <= this.settings.clock()) return null;
    return { payload, data, version, outdated };
  }

  async exists(key: string): Promise<boolean> {
    return this.accepts(key) && this.#ask('exists', () => this.engine.exists(key), key);
  }

  async delete(key: string): Promise<void> {
    if (!this.accepts(key)) return;
    await this.#leaving(key);
    await this.#ask('delete', () => this.engine.delete(key), key);
    this.#ended(key);
  }

  async create(data: Data): Promise<Written> {
    const { payload, end } = this.#prepare(data, true);
    if (this.#schema) await this.#schema.checkToSave(payload);
    const saved = await this.#ask('create', () => this.engine.create(payload, end));
    await this.observer?.stored(saved.key, data, end, true);
    return { key: saved.key, data, payload, version: saved.version };
  }

  /** Replaces what is stored; `base` is what the changes were made on, or null to overwrite whatever is there. */
  save(key: string, data: Data, base: Snapshot | null): Promise<Written> {
    return this.#update(key, data, base, 'save', (payload, end, expected) =>
      this.engine.save(key, payload, end, expected),
    );
  }

  /** Moves the session to a new key, with this data. */
  async cycle(key: string, data: Data, base: Snapshot | null): Promise<Written> {
    const { engine } = this;
    const written = await this.#update(key, data, base, 'cycle', (payload, end, expected) =>
      engine.cycle ? engine.cycle(key, payload, end, expected) : this.#cycleInSteps(key, payload, end, expected),
    );
    await this.#leaving(key);
    this.#ended(key);
    return written;
  }

  /**
   * For a store that cannot move a session in one step. The new one comes first, so that a crash loses
   * nothing; the old one never holds what was written for the new one, as somebody else may know its
   * key; and it is taken by a conditional write that ends it, so that one that was ended or changed
   * meanwhile is not copied.
   */
  async #cycleInSteps(key: string, payload: string, end: number, expected: unknown): Promise<SavedSession | null> {
    const { engine } = this;
    const created = await engine.create(payload, end);
    const ended = await engine.save(key, '{}', this.settings.clock() - 1000, expected).catch(async (error: unknown) => {
      // Perhaps it was done, and only the answer was lost: then the new key is the one to be told.
      if ((await engine.load(key)) === null) return created;
      throw error;
    });
    if (!ended) {
      await engine.delete(created.key);
      return null;
    }
    // A store that forgets by itself has forgotten it with its date.
    if (engine.clearExpired) await engine.delete(key);
    return created;
  }

  async clearExpired(batchSize: number): Promise<number> {
    const { engine, settings } = this;
    if (!engine.clearExpired) return 0;
    return this.#ask('clearExpired', () =>
      engine.clearExpired!({
        batchSize,
        now: settings.clock(),
        isExpired: ({ payload, modifiedAt }) =>
          this.#hasExpired(this.#readable(payload), modifiedAt ?? settings.clock()),
        ownExpiry: ({ payload }) => this.#readable(payload)[EXPIRY_KEY],
      }),
    );
  }

  /** Seconds until a session with this data ends, if it is saved at `modification`. */
  age(expiry: unknown, modification: number, data: Data | null): number {
    const age = expiryAge(expiry, modification, this.settings);
    return data ? Math.min(age, Math.floor((this.#absoluteEnd(data) - modification) / 1000)) : age;
  }

  /** The instant at which a session with this data ends, if it is saved at `modification`. */
  end(expiry: unknown, modification: number, data: Data | null): number {
    const end = expiryDate(expiry, modification, this.settings);
    return data ? Math.min(end, this.#absoluteEnd(data)) : end;
  }

  /** The text to store and the instant it ends. */
  #prepare(data: Data, isNew: boolean): { payload: string; end: number } {
    const { serializer, absoluteAge, touchEvery, clock } = this.settings;
    const now = clock();
    const seconds = Math.floor(now / 1000);
    if (absoluteAge !== null && typeof data[STARTED_KEY] !== 'number') data[STARTED_KEY] = seconds;
    if (touchEvery != null) data[TOUCHED_KEY] = seconds;
    const end = this.end(data[EXPIRY_KEY], now, data);
    this.observer?.stamp(data, now, end, isNew);
    return { payload: serializer.dumps(data), end };
  }

  async #leaving(key: string): Promise<void> {
    const { observer } = this;
    if (observer) await this.#ask('delete', () => observer.leaving(key), key);
  }

  async #update(
    key: string,
    data: Data,
    base: Snapshot | null,
    operation: string,
    update: (payload: string, end: number, expected: unknown) => Promise<SavedSession | null>,
  ): Promise<Written> {
    const isNew = operation === 'cycle';
    let expected = this.settings.concurrency === 'merge' ? base?.version : undefined;
    let wanted = data;
    /** The text of `data` as they went into the merge. */
    let given: string | null = null;
    for (let attempt = 0; attempt < MERGE_TRIES; attempt++) {
      const { payload, end } = this.#prepare(wanted, isNew);
      if (this.#schema) await this.#schema.checkToSave(payload);
      const saved = await this.#ask(operation, () => update(payload, end, expected), key);
      if (saved) {
        await this.observer?.stored(saved.key, wanted, end, isNew);
        return { key: saved.key, data: wanted, payload, version: saved.version, ...(given !== null && { given }) };
      }
      // Without a state to compare with, a refusal can only mean that the session is gone.
      const current = expected === undefined ? null : await this.load(key);
      if (!current) {
        this.#ended(key);
        throw new SessionUpdateError();
      }
      wanted = this.#merged(data, base!, current);
      given = this.settings.serializer.dumps(data);
      expected = current.version;
      if (attempt > 2) await briefly(attempt);
    }
    throw new SessionConflictError(`The session kept being changed by others in ${MERGE_TRIES} tries.`);
  }

  /** This request's changes to `base`, applied to what another request has stored since. */
  #merged(mine: Data, base: Snapshot, current: Snapshot): Data {
    const { serializer } = this.settings;
    const before = serializer.loads(base.payload);
    const merged = serializer.loads(current.payload);
    mergeChanges(changesBetween(before, mine, serializer), mine, changesBetween(before, merged, serializer), merged);
    return merged;
  }

  #peek(payload: string): Data {
    const { serializer } = this.settings;
    return serializer.peek ? serializer.peek(payload) : serializer.loads(payload);
  }

  /** The data of a stored session; none where they cannot be read, as only its date counts then. */
  #readable(payload: string): Data {
    try {
      return this.#peek(payload);
    } catch {
      return {};
    }
  }

  /** Where nothing is kept on the server, no key can be ended. */
  #ended(key: string): void {
    if (!this.engine.inCookie) this.onEnded?.(key);
  }

  #hasExpired(data: Data, modifiedAt: number): boolean {
    try {
      return this.end(data[EXPIRY_KEY], modifiedAt, data) <= this.settings.clock();
    } catch {
      // An unreadable expiry ends nothing; whoever computes the age is told.
      return false;
    }
  }

  #absoluteEnd(data: Data): number {
    const started = data[STARTED_KEY];
    const { absoluteAge } = this.settings;
    return absoluteAge === null || typeof started !== 'number' ? Infinity : (started + absoluteAge) * 1000;
  }

  async #ask<R>(operation: string, question: () => Promise<R>, key?: string): Promise<R> {
    try {
      return await question();
    } catch (error) {
      throw asStoreError(operation, error, key);
    }
  }
}

/** The state a write has left in the store; `data` is another object than what was given where it was merged. */
export interface Written extends Snapshot {
  key: string;
  /** Where it was merged: the text of what was given, as it was at that moment. */
  given?: string;
}

function asStoreError(operation: string, error: unknown, key?: string): unknown {
  return error instanceof SessionError ? error : new SessionStoreError(operation, error, key);
}

/** Writers that collide step apart by a random moment, the longer the more they are, so that each round has few losers. */
function briefly(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * Math.sqrt(attempt)));
}
