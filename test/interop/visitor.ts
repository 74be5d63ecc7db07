/** One of the two applications, as a browser sees it. */
export interface Side {
  name: 'Django' | 'Nest';
  url: string;
  /** What it wrote to its log, for the message of a test that fails. */
  complaints(): string;
  stop(): Promise<void>;
}

/** What `GET /session` answers. */
export interface SessionSeen {
  key: string | null;
  /** The data as a JSON text: parsing would spoil the numbers. */
  text: string;
}

/** Seconds after each save; an instant that many seconds away; nothing of its own. */
export type Expiry = number | { seconds: number } | null;

/** A browser with one cookie, that visits both sides. */
export class Visitor {
  /** The attributes of the cookie it was last given. */
  given = '';

  constructor(public cookie: string | null = null) {}

  /** Another browser that somehow has the same cookie. */
  twin(): Visitor {
    return new Visitor(this.cookie);
  }

  /** The answer's status; it does not look at the body. */
  async status(side: Side, path: string, body?: unknown): Promise<number> {
    return (await this.#ask(side, path, body)).status;
  }

  session(side: Side): Promise<SessionSeen> {
    return this.#get(side, 'session');
  }

  async data(side: Side): Promise<Record<string, unknown>> {
    return JSON.parse((await this.session(side)).text) as Record<string, unknown>;
  }

  /** Sets some keys; a string is JSON that is sent as it stands. */
  update(side: Side, data: object | string): Promise<void> {
    return this.#post(side, 'session/update', data);
  }

  remove(side: Side, ...names: string[]): Promise<void> {
    return this.#post(side, 'session/delete', names);
  }

  setExpiry(side: Side, expiry: Expiry): Promise<void> {
    return this.#post(side, 'session/expiry', { expiry });
  }

  expiry(side: Side): Promise<{ age: number; atBrowserClose: boolean }> {
    return this.#get(side, 'session/expiry');
  }

  cycle(side: Side): Promise<void> {
    return this.#post(side, 'session/cycle', {});
  }

  flush(side: Side): Promise<void> {
    return this.#post(side, 'session/flush', {});
  }

  setTestCookie(side: Side): Promise<void> {
    return this.#post(side, 'session/test-cookie', {});
  }

  async testCookieWorked(side: Side): Promise<boolean> {
    return (await this.#get<{ worked: boolean }>(side, 'session/test-cookie')).worked;
  }

  /** Whether anything is stored under a key, expired or not. */
  async isStored(side: Side, key: string): Promise<boolean> {
    return (await this.#get<{ stored: boolean }>(side, `stored/${key}`)).stored;
  }

  logIn(side: Side, credentials: { username: string; password: string }): Promise<void> {
    return this.#post(side, 'login', credentials);
  }

  logOut(side: Side): Promise<void> {
    return this.#post(side, 'logout', {});
  }

  /** Who this side says is logged in. */
  async user(side: Side): Promise<string | null> {
    return (await this.#get<{ user: string | null }>(side, 'user')).user;
  }

  async #get<T>(side: Side, path: string): Promise<T> {
    return (await (await this.#asked(side, path)).json()) as T;
  }

  async #post(side: Side, path: string, body: unknown): Promise<void> {
    await (await this.#asked(side, path, body)).arrayBuffer();
  }

  async #asked(side: Side, path: string, body?: unknown): Promise<Response> {
    const response = await this.#ask(side, path, body);
    if (response.ok) return response;
    throw new Error(`${side.name} answered ${response.status} to ${path}\n${side.complaints()}`);
  }

  async #ask(side: Side, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${side.url}/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(this.cookie !== null && { cookie: `sessionid=${this.cookie}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) this.#take(cookie);
    return response;
  }

  #take(cookie: string): void {
    const [, value, attributes] = /^sessionid=([^;]*)(.*)$/.exec(cookie) ?? [];
    if (value === undefined) return;
    this.given = attributes!;
    this.cookie = value === '""' || value === '' ? null : value;
  }
}
