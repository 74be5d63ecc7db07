import type { INestApplication } from '@nestjs/common';
import type { Session, SessionData, SessionShape } from '../core/session.js';
import { applicationUrl } from './application-url.js';
import { CookieJar } from './cookie-jar.js';
import { type Hop, redirected } from './redirected.js';
import { type SessionCookieOptions, storedSession } from './session-cookie.js';
import { type SessionsOf, sessionsOf } from './sessions-of.js';

const MOST_REDIRECTS = 20;

export interface AgentOptions {
  /** Sent with every request, unless the request has others of these names. A `cookie` is what the jar begins with. */
  headers?: RequestInit['headers'];
  /** Whether redirects within the application are followed. Default false. */
  follow?: boolean;
  /** Of the `SessionsModule` whose sessions are meant. Default null: the one without a name. */
  name?: string | null;
}

/** What `fetch` takes, and: */
export interface AgentRequest extends Omit<RequestInit, 'redirect'> {
  /** The body, as JSON. */
  json?: unknown;
  /** Whether redirects within the application are followed. Default: as the agent's. */
  follow?: boolean;
}

/** A session that was handed to a test, and the key that the jar knows it by. */
interface HandedOut {
  session: Session<object>;
  sessions: SessionsOf;
  key: string | null;
}

/** One visitor of an application: keeps its cookies as a browser does, and knows its session. */
export class SessionAgent {
  readonly #jar = new CookieJar();
  readonly #headers: Headers;
  readonly #follow: boolean;
  readonly #handedOut: HandedOut[] = [];

  /** Of the `SessionsModule` whose sessions are meant; null: the one without a name. */
  readonly name: string | null;

  /** @internal `sessionAgent` makes them. */
  constructor(
    readonly app: INestApplication,
    { headers, follow = false, name = null }: AgentOptions = {},
  ) {
    this.#headers = new Headers(headers);
    const cookies = this.#headers.get('cookie');
    if (cookies) this.#jar.keep(cookies, '/', true);
    this.#headers.delete('cookie');
    this.#follow = follow;
    this.name = name;
  }

  // ---- requests -----------------------------------------------------------------------------------

  get(path: string, init: AgentRequest = {}): Promise<Response> {
    return this.request(path, { ...init, method: 'GET' });
  }

  post(path: string, init: AgentRequest = {}): Promise<Response> {
    return this.request(path, { ...init, method: 'POST' });
  }

  put(path: string, init: AgentRequest = {}): Promise<Response> {
    return this.request(path, { ...init, method: 'PUT' });
  }

  patch(path: string, init: AgentRequest = {}): Promise<Response> {
    return this.request(path, { ...init, method: 'PATCH' });
  }

  delete(path: string, init: AgentRequest = {}): Promise<Response> {
    return this.request(path, { ...init, method: 'DELETE' });
  }

  /**
   * Asks for a path of the application, with the cookies of the jar, and keeps those of the answer. A `cookie`
   * header of the request's own takes the place of the jar's. Throws `TypeError` for a path elsewhere.
   */
  async request(path: string, { follow = this.#follow, ...init }: AgentRequest = {}): Promise<Response> {
    let hop: Hop | null = await this.#firstHop(path, init);
    const ownCookies = hop.headers.has('cookie');
    for (let redirects = 0; ; redirects++) {
      const { url, ...request } = hop;
      const cookies = this.#jar.header(url.pathname);
      if (!ownCookies) request.headers.delete('cookie');
      if (!ownCookies && cookies !== '') request.headers.set('cookie', cookies);
      const response = await fetch(url, { ...init, ...request, redirect: 'manual' });
      this.#jar.receive(response.headers.getSetCookie(), url.pathname);
      hop = follow ? redirected(response, hop) : null;
      if (!hop) return response;
      if (redirects === MOST_REDIRECTS) throw new Error(`more than ${MOST_REDIRECTS} redirects from ${path}`);
      await response.body?.cancel();
    }
  }

  /** Where the application answers, such as `http://127.0.0.1:43210`; starts it if it does not listen yet. */
  url(): Promise<string> {
    return applicationUrl(this.app);
  }

  // ---- cookies ------------------------------------------------------------------------------------

  /** The values of the cookies by name. */
  get cookies(): Readonly<Record<string, string>> {
    this.#catchUp();
    return this.#jar.values();
  }

  /** All cookies as the text of a Cookie header, for a socket's handshake; '' for none. */
  get cookieHeader(): string {
    this.#catchUp();
    return this.#jar.header();
  }

  clearCookies(): void {
    this.#handedOut.length = 0;
    this.#jar.clear();
  }

  /** Closes the visitor's browser and opens it again: cookies that have no date are gone. */
  closeBrowser(): void {
    this.#catchUp();
    this.#jar.closeBrowser();
  }

  // ---- the session --------------------------------------------------------------------------------

  /**
   * The session of the visitor's cookie as it is stored now, loaded; a new one if there is none. When it is
   * changed and saved, cycled or flushed by the test, the visitor's cookie goes with it.
   */
  async session<T extends object = SessionData>({ name = this.name }: { name?: string | null } = {}): Promise<
    Session<T>
  > {
    await this.url();
    const sessions = sessionsOf(this.app, name);
    const session = await sessions.service.fromCookieHeader<T>(this.cookieHeader);
    this.#handedOut.push({ session, sessions, key: session.sessionKey });
    return session;
  }

  /** Stores a new session with this data and gives the visitor its cookie, in the place of the one there was. */
  async startSession<T extends object = SessionData>(
    data: Partial<SessionShape<T>>,
    { name = this.name, expiry }: SessionCookieOptions = {},
  ): Promise<Session<T>> {
    await this.url();
    const sessions = sessionsOf(this.app, name);
    const session = await storedSession<T>(sessions, data, expiry);
    this.#catchUp();
    this.#handedOut.push({ session, sessions, key: null });
    this.#catchUp();
    return session;
  }

  // ---- inside -------------------------------------------------------------------------------------

  async #firstHop(path: string, { json, headers, body = null, method = 'GET' }: AgentRequest): Promise<Hop> {
    const base = await this.url();
    this.#catchUp();
    const url = new URL(path, base);
    if (url.origin !== new URL(base).origin)
      throw new TypeError(`an agent asks for paths of its application, got ${path}`);
    const all = new Headers(this.#headers);
    for (const [name, value] of new Headers(headers)) all.set(name, value);
    if (json === undefined) return { url, method: method.toUpperCase(), headers: all, body };
    if (!all.has('content-type')) all.set('content-type', 'application/json');
    return { url, method: method.toUpperCase(), headers: all, body: JSON.stringify(json) };
  }

  /** Takes over the keys of sessions that a test has saved, cycled or flushed since they were handed out. */
  #catchUp(): void {
    for (const handedOut of this.#handedOut) {
      const { session, sessions, key } = handedOut;
      if (session.sessionKey === key) continue;
      handedOut.key = session.sessionKey;
      const { name, path } = sessions.settings.request.cookie;
      this.#jar.remove(name);
      if (session.sessionKey === null) continue;
      this.#jar.keep(sessions.service.cookieHeader(session), path, !session.getExpireAtBrowserClose());
    }
  }
}

/**
 * A visitor of an application, on Express or Fastify, who begins without cookies. One that does not listen
 * yet is started with the first request, on a free port of 127.0.0.1; `app.close()` ends it. The cookies are
 * kept as a browser keeps them, with three differences: Domain is passed over, Secure ones are sent as well,
 * and none goes by the passing of time, so that what a test sees under a turned clock is the server's word.
 */
export function sessionAgent(app: INestApplication, options?: AgentOptions): SessionAgent {
  return new SessionAgent(app, options);
}
