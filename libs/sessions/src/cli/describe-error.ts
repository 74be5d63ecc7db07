import { SessionsOptionsError, SessionStoreError } from '../core/errors.js';

/** An error with its causes as one line, for a terminal or for the mail that cron sends. Never holds a session key. */
export function describeError(error: unknown): string {
  const said = inOneLine(error);
  return error instanceof SessionStoreError ? withoutKeys(said) : said;
}

/** Hides what may be a session key; a cache's prefix may stand right before it. */
export function withoutKeys(text: string): string {
  return text.replace(/[a-z0-9]{32,}/g, '[session key]');
}

function inOneLine(error: unknown): string {
  if (!(error instanceof Error)) return firstLine(String(error));
  if (error instanceof SessionsOptionsError) return `SessionsModule cannot start: ${error.problems.join('; ')}`;
  const { message, name, code, cause } = error as NodeJS.ErrnoException;
  // A host with two addresses that both refuse the connection: an error without a message of its own.
  const parts = error instanceof AggregateError && !message ? error.errors.map(describeError) : [];
  const said = firstLine(message) || parts.join('; ') || code || name;
  return cause === undefined ? said : `${said.replace(/\.$/, '')}: ${describeError(cause)}`;
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]!;
}
