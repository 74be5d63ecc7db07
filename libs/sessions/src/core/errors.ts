/** Where an error of another kind has the one of this library that it stands for. */
export const STANDS_FOR = Symbol('stands for');

/** What every error of this library is. `code` is stable and safe to match on. */
export abstract class SessionError extends Error {
  abstract readonly code: string;

  /** What stands for one of these, as an exception of NestJS does in an HTTP request, is one of them too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const isOne = (error: unknown) => Function.prototype[Symbol.hasInstance].call(this, error);
    return isOne(value) || isOne((value as { [STANDS_FOR]?: unknown } | null | undefined)?.[STANDS_FOR]);
  }

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A key that is not in the session was deleted, or popped without a default. Django: `KeyError`. */
export class SessionKeyError extends SessionError {
  readonly code = 'SESSION_KEY';

  constructor(readonly key: string) {
    super(`The session has no key ${JSON.stringify(key)}.`);
  }
}

/** Data of a session was touched before it was loaded; emptiness would have been a wrong answer. */
export class SessionNotLoadedError extends SessionError {
  readonly code = 'SESSION_NOT_LOADED';

  constructor() {
    super(
      'The session has not been loaded yet. Take it as a parameter with @Session(), ' +
        'or `await sessions.from(request)` in a guard, an interceptor or a middleware; ' +
        'on a session you hold already, `await session.load()`.',
    );
  }
}

/** A value the serializer could not give back as it is. `path` leads to it, as in `cart[0].added`. */
export class SessionValueError extends SessionError {
  readonly code = 'SESSION_VALUE';

  constructor(
    readonly path: string,
    problem: string,
  ) {
    super(`session value ${path} ${problem}`);
  }
}

/** Where a session does not fit the schema, as in `cart[0].price` (empty: as a whole), and why. Holds no value. */
export interface SessionSchemaIssue {
  readonly path: string;
  readonly message: string;
}

const MOST_ISSUES_TOLD = 10;

/**
 * The data do not fit the option `schema`: stored ones at `'loading'`, and no `upgrade` could help; or those
 * of this request at `'saving'`. Nothing was stored, and what is stored stays as it was. The message
 * names the first ten of `issues`.
 */
export class SessionSchemaError extends SessionError {
  readonly code = 'SESSION_SCHEMA';

  constructor(
    readonly when: 'loading' | 'saving',
    readonly issues: readonly SessionSchemaIssue[],
  ) {
    const told = issues
      .slice(0, MOST_ISSUES_TOLD)
      .map(({ path, message }) => `\n  - ${path || 'the session'}: ${message}`);
    const more = issues.length > told.length ? `\n  - and ${issues.length - told.length} more` : '';
    const what =
      when === 'loading'
        ? 'The stored session does not fit the schema; it was left as it is'
        : 'The session does not fit the schema; it was not stored';
    super(`${what}:${told.join('')}${more}`);
  }
}

/** `create` met a key that is taken. Django: `CreateError`. */
export class SessionCreateError extends SessionError {
  readonly code = 'SESSION_CREATE';
}

/** `save` met a session that is no longer stored; it is never brought back. Django: `UpdateError`. */
export class SessionUpdateError extends SessionError {
  readonly code = 'SESSION_UPDATE';

  constructor(message = 'The session is no longer stored: it was deleted, or its key was cycled.') {
    super(message);
  }
}

/** Two requests changed the session in ways that must not be merged, or kept changing it. Django: –. */
export class SessionConflictError extends SessionError {
  readonly code = 'SESSION_CONFLICT';
}

/** The store itself failed; `cause` is what it said. Never to be read as "no session". */
export class SessionStoreError extends SessionError {
  readonly code = 'SESSION_STORE';

  constructor(operation: string, cause: unknown, key?: string) {
    super(`The session store failed at ${operation}.`, { cause: withoutSecrets(cause, key) });
  }
}

/** Drivers put the values of a statement on their errors, and this one may be logged: no key may go with it. */
function withoutSecrets(cause: unknown, key: string | undefined): Error {
  const { message, stack, name, code }: NodeJS.ErrnoException =
    cause instanceof Error ? cause : new Error(String(cause));
  const hide = (text: string) => (key ? text.replaceAll(key, '[session key]') : text);
  const copy: NodeJS.ErrnoException = new Error(hide(message));
  copy.name = name;
  if (stack) copy.stack = hide(stack);
  if (code !== undefined) copy.code = code;
  return copy;
}

/**
 * The session travels in the cookie and has grown over what browsers keep: they would drop the cookie
 * without a word, which looks like a session that was lost. Nothing was sent. Django: –.
 */
export class SessionCookieTooLargeError extends SessionError {
  readonly code = 'SESSION_COOKIE_TOO_LARGE';

  /** Both in bytes: names, values and attributes taken together. */
  constructor(
    readonly actual: number,
    readonly allowed: number,
  ) {
    super(
      `The session takes ${actual} bytes of cookies, and ${allowed} is the most that may be sent. ` +
        "Store less in it, or keep sessions on the server (engine 'db', 'cached_db', 'cache' or 'file').",
    );
  }
}

/** The options do not work together. `problems` lists every one of them, in the user's words. */
export class SessionsOptionsError extends SessionError {
  readonly code = 'SESSIONS_OPTIONS';

  constructor(readonly problems: readonly string[]) {
    super(`SessionsModule cannot start:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}
