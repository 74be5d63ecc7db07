import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLongEnough } from '../core/session-key.js';
import type { SessionStore } from '../core/session-store.js';
import { RequestSession, type RequestSettings, type SessionHeaders } from './request-session.js';
import { readSession, type SentSession } from './session-cookies.js';

/** A kind of session that an application has: with its own cookie, and its own store. */
export interface SessionKind {
  /** That of its module, or null. */
  name: string | null;
  store: SessionStore;
  settings: RequestSettings;
}

/** What stands before the answer of a request whose session was asked for. */
export interface Gate {
  /** A method of the response was called. */
  meet(name: string, args: unknown[]): unknown;
}

/** Called when a session of a request is first asked for. */
export type OnFirstUse = (sessions: RequestSessions, response: ServerResponse) => void;

/**
 * The sessions of one request, made when they are asked for; they end together with its answer. Most
 * applications have one kind. There is one of these for every request, also for those that ask for no
 * session: it holds next to nothing then.
 */
export class RequestSessions {
  /** Where a platform's responses have a place for it. */
  gate: Gate | null = null;
  #made: RequestSession[] | null = null;
  #sent: SentSession | null = null;
  #hasBegun = false;
  #isUsed = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly kinds: readonly SessionKind[],
    private readonly onFirstUse: OnFirstUse,
  ) {}

  /** Whether the request has reached us: those before us in its way know of no session. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** The request is ours from now on. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    for (const kind of this.kinds) if (endsUnused(kind, this.#sentOf(kind))) this.#make(kind).onFirstUse?.();
  }

  /** The session of a kind; undefined where there is none of this name. */
  get(name: string | null): RequestSession | undefined {
    const made = this.#made?.find((one) => one.name === name);
    if (made) return made;
    const kind = this.kinds.find((one) => one.name === name);
    return kind && this.#make(kind);
  }

  /** Whether the answer has to wait for a store. Decides nothing yet. */
  mustSave(status: number): boolean {
    return this.#made !== null && this.#made.some((one) => one.mustSave(status));
  }

  /** What an answer of this status carries, or null if it has to wait for a store. */
  headersNow(status: number): SessionHeaders | null {
    if (this.#made?.length === 1) return this.#made[0]!.headersNow(status);
    const all: SessionHeaders[] = [];
    for (const one of this.#made ?? []) {
      const headers = one.headersNow(status);
      if (!headers) return null;
      all.push(headers);
    }
    return joined(all);
  }

  /**
   * Saves what has to be saved for an answer of this status, one session after another, and says what
   * the answer has to carry. Rejects with the first failure; what was saved before it stays saved.
   */
  async end(status: number): Promise<SessionHeaders> {
    const headers: SessionHeaders[] = [];
    for (const one of this.#made ?? []) {
      headers.push(one.mustSave(status) ? await one.end(status) : one.headers(status));
    }
    return joined(headers);
  }

  /** Saves what was changed after the headers had left. `lost`: a session could not be kept any more. */
  async endLate(status: number): Promise<'nothing' | 'saved' | 'lost'> {
    const ends = [];
    for (const one of this.#made ?? []) ends.push(await one.endLate(status));
    return ends.find((end) => end === 'lost') ?? ends.find((end) => end === 'saved') ?? 'nothing';
  }

  /** What an answer carries that need not wait for a store. Never throws: it is on its way. */
  headers(status: number): SessionHeaders {
    return joined((this.#made ?? []).map((one) => one.headers(status)));
  }

  /** What the request says of a session: asked for twice, by most. */
  #sentOf({ store, settings }: SessionKind): SentSession {
    const read = () => readSession(this.request.headers.cookie, settings.cookie.name, store.engine.maxCookies);
    return this.kinds.length === 1 ? (this.#sent ??= read()) : read();
  }

  #make(kind: SessionKind): RequestSession {
    const { name, store, settings } = kind;
    const made = new RequestSession(store, settings, this.request.headers.cookie, name, this.#sentOf(kind));
    made.onFirstUse = () => this.#used();
    if (this.#made === null) {
      this.#made = [made];
      return made;
    }
    // In the order of the modules, whichever is asked for first.
    const order = this.kinds.map((one) => one.name);
    this.#made = [...this.#made, made].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    return made;
  }

  #used(): void {
    if (this.#isUsed) return;
    this.#isUsed = true;
    this.onFirstUse(this, this.response);
  }
}

/** Whether an answer may have to carry something although nobody asks for the session. */
function endsUnused({ settings }: SessionKind, { value }: SentSession): boolean {
  if (settings.saveEveryRequest) return true;
  // What cannot be a key is taken away at once.
  return value !== null && !isLongEnough(value);
}

function joined(headers: SessionHeaders[]): SessionHeaders {
  if (headers.length === 1) return headers[0]!;
  return { setCookies: headers.flatMap(({ setCookies }) => setCookies), vary: headers.some(({ vary }) => vary) };
}
