import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { SessionStore } from '../core/session-store.js';
import { SESSION_STORE, SESSION_WATCH_EVERY } from './sessions.constants.js';

/** How many sessions are looked for at the same time. */
const BATCH = 20;

const logger = new Logger('Sessions');

const NOT_KNOWN = 'Which sessions of open sockets have ended could not be found out; the sockets stay open.';

/** One who wants to know of the end of a session. */
export interface Watched {
  readonly hasEnded: boolean;
  cancel(): void;
}

interface Watcher {
  hasEnded: boolean;
  onEnd: () => void;
}

/**
 * Tells, once, whoever wants to know when a session is stored no more: at once where this process ends
 * it or finds it gone, and by looking from time to time where another one did, or where it expired.
 * While nobody wants to know, there is no timer, and the store tells nobody.
 */
@Injectable()
export class SessionWatch implements OnModuleDestroy {
  readonly #watchers = new Map<string, Set<Watcher>>();
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;
  #hasFailed = false;

  /** `every`: seconds between two looks. */
  constructor(
    @Inject(SESSION_STORE) private readonly store: SessionStore,
    @Inject(SESSION_WATCH_EVERY) private readonly every: number,
  ) {}

  /** How many wait to be told. */
  get size(): number {
    let count = 0;
    for (const { size } of this.#watchers.values()) count += size;
    return count;
  }

  /** Whether the store will be looked into by itself. */
  get isWatching(): boolean {
    return this.#timer !== null;
  }

  /** Has `onEnd` called when the session of this key has ended; it must not throw. Without a key there is none to end. */
  watch(key: string | null, onEnd: () => void): Watched {
    const watcher: Watcher = { hasEnded: false, onEnd };
    if (key === null || this.#isStopped) return { hasEnded: false, cancel() {} };
    const others = this.#watchers.get(key);
    if (others) others.add(watcher);
    else this.#watchers.set(key, new Set([watcher]));
    this.#start();
    return {
      get hasEnded() {
        return watcher.hasEnded;
      },
      cancel: () => this.#remove(key, watcher),
    };
  }

  /** Looks for every session that is watched, once for each, and tells of those that are gone. Never throws. */
  async check(): Promise<void> {
    const keys = [...this.#watchers.keys()];
    let failure: PromiseRejectedResult | undefined;
    for (let from = 0; from < keys.length && !this.#isStopped; from += BATCH) {
      // What is not found is told by the store, as in any other request.
      const looks = keys.slice(from, from + BATCH).map((key) => this.store.find(key));
      // Where some cannot be looked for, such as those of one server of several, the others still are.
      failure ??= (await Promise.allSettled(looks)).find((look) => look.status === 'rejected');
    }
    if (failure && !this.#hasFailed) logger.error(`${NOT_KNOWN} ${textOf(failure.reason)}`);
    // One line for an outage, however long it takes.
    this.#hasFailed = failure !== undefined;
  }

  onModuleDestroy(): void {
    this.#isStopped = true;
    this.#watchers.clear();
    this.#stop();
  }

  #start(): void {
    if (this.#timer) return;
    this.store.onEnded = (key) => this.#ended(key);
    const look = async () => {
      await this.check();
      // Those who waited may have gone meanwhile, and others may have come.
      if (this.#timer) this.#timer.refresh();
    };
    this.#timer = setTimeout(() => void look(), this.every * 1000).unref();
  }

  #stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.store.onEnded = null;
  }

  #remove(key: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(key);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#watchers.delete(key);
    if (this.#watchers.size === 0) this.#stop();
  }

  #ended(key: string): void {
    const watchers = this.#watchers.get(key);
    if (!watchers) return;
    this.#watchers.delete(key);
    if (this.#watchers.size === 0) this.#stop();
    for (const watcher of watchers) {
      watcher.hasEnded = true;
      watcher.onEnd();
    }
  }
}

function textOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} ${cause.message}` : message;
}
