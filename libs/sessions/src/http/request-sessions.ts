import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLongEnough } from '../core/session-key.js';
import type { SessionStore } from '../core/session-store.js';
import { RequestSession, type RequestSettings, type SessionHeaders } from './request-session.js';
import { readSession } from './session-cookies.js';

/** A kind of session that an application has: with its own cookie, and its own store. */
export interface SessionKind {
  /** That of its module, or null. */
  name: string | null;
  store: SessionStore;
  settings: RequestSettings;
}

/** Called when a session of a request is first asked for. */
export type OnFirstUse = (sessions: RequestSessions, response: ServerResponse) => void;

/**
 * The sessions of one request, made when they are asked for; they end together with its answer. Most
 * applications have one kind. There is one of these for every request, also for those that ask for no
 * session: it holds next to nothing then.
 */
export class RequestSessions {
  #made: RequestSession[] | null = null;
  #isUsed = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly kinds: readonly SessionKind[],
    private readonly onFirstUse: OnFirstUse,
  ) {
    for (const kind of kinds) if (endsUnused(kind, request.headers.cookie)) this.#make(kind).onFirstUse?.();
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

  #make({ name, store, settings }: SessionKind): RequestSession {
    const made = new RequestSession(store, settings, this.request.headers.cookie, name);
    made.onFirstUse = () => this.#used();
    // In the order of the modules, whichever is asked for first.
    const order = this.kinds.map((kind) => kind.name);
    this.#made = [...(this.#made ?? []), made].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    return made;
  }

  #used(): void {
    if (this.#isUsed) return;
    this.#isUsed = true;
    this.onFirstUse(this, this.response);
  }
}

/** Whether an answer may have to carry something although nobody asks for the session. */
function endsUnused({ store, settings }: SessionKind, header: string | undefined): boolean {
  if (settings.saveEveryRequest) return true;
  if (header === undefined) return false;
  const { value } = readSession(header, settings.cookie.name, store.engine.maxCookies);
  // What cannot be a key is taken away at once.
  return value !== null && !isLongEnough(value);
}

function joined(headers: SessionHeaders[]): SessionHeaders {
  if (headers.length === 1) return headers[0]!;
  return { setCookies: headers.flatMap(({ setCookies }) => setCookies), vary: headers.some(({ vary }) => vary) };
}
