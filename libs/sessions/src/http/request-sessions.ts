import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLongEnough } from '../core/session-key.js';
import type { SessionStore } from '../core/session-store.js';
import {
  type FirstUseListener,
  NOTHING,
  RequestSession,
  type RequestSettings,
  type SessionHeaders,
} from './request-session.js';
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
 * applications have one kind, and most requests ask for no session: this holds next to nothing then.
 *
 * Nothing that is made for every request, here and in what it leads to, is written as a literal with a request in
 * it: the engine soon takes such literals for something that stays, keeps them with what is old, and all that
 * hangs on them, the whole request, is kept until the next big collection.
 */
export class RequestSessions implements FirstUseListener {
  /** Where a platform's responses have a place for it. */
  gate: Gate | null = null;
  /** Of the first kind. */
  #first: RequestSession | null = null;
  /** In the order of the modules, whichever is asked for first; null where only the first kind was. */
  #further: (RequestSession | undefined)[] | null = null;
  /** Of the first kind. */
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
    for (let index = 0; index < this.kinds.length; index++) {
      if (endsUnused(this.kinds[index]!, this.#sentOf(index))) this.#at(index).markUsed();
    }
  }

  /** The session of a kind; undefined where there is none of this name. */
  get(name: string | null): RequestSession | undefined {
    const { kinds } = this;
    for (let index = 0; index < kinds.length; index++) if (kinds[index]!.name === name) return this.#at(index);
    return undefined;
  }

  /** Whether the answer has to wait for a store. Decides nothing yet. */
  mustSave(status: number): boolean {
    if (this.#first?.mustSave(status)) return true;
    return this.#further !== null && this.#further.some((one) => one?.mustSave(status));
  }

  /** What an answer of this status carries, or null if it has to wait for a store. */
  headersNow(status: number): SessionHeaders | null {
    if (!this.#further) return this.#first ? this.#first.headersNow(status) : NOTHING;
    const all: SessionHeaders[] = [];
    for (const one of this.#made) {
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
    if (!this.#further && this.#first) return this.#first.end(status);
    const headers: SessionHeaders[] = [];
    for (const one of this.#made) {
      headers.push(one.mustSave(status) ? await one.end(status) : one.headers(status));
    }
    return joined(headers);
  }

  /** Saves what was changed after the headers had left. `lost`: a session could not be kept any more. */
  async endLate(status: number): Promise<'nothing' | 'saved' | 'lost'> {
    const ends = [];
    for (const one of this.#made) ends.push(await one.endLate(status));
    return ends.find((end) => end === 'lost') ?? ends.find((end) => end === 'saved') ?? 'nothing';
  }

  /** What an answer carries that need not wait for a store. Never throws: it is on its way. */
  headers(status: number): SessionHeaders {
    return joined(this.#made.map((one) => one.headers(status)));
  }

  /** A session was asked for: the answer will have to be met. */
  used(): void {
    if (this.#isUsed) return;
    this.#isUsed = true;
    this.onFirstUse(this, this.response);
  }

  get #made(): RequestSession[] {
    return [this.#first, ...(this.#further ?? [])].filter((one) => one != null);
  }

  #at(index: number): RequestSession {
    if (index === 0) return (this.#first ??= this.#make(0));
    const further = (this.#further ??= []);
    return (further[index] ??= this.#make(index));
  }

  #make(index: number): RequestSession {
    const { name, store, settings } = this.kinds[index]!;
    return new RequestSession(store, settings, this.request.headers.cookie, name, this, this.#sentOf(index));
  }

  /** What the request says of a session: asked for twice, by most. */
  #sentOf(index: number): SentSession {
    const { store, settings } = this.kinds[index]!;
    const read = () => readSession(this.request.headers.cookie, settings.cookie.name, store.engine.maxCookies);
    return index === 0 ? (this.#sent ??= read()) : read();
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
