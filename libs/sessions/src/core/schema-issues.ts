import type { SessionSchemaIssue } from './errors.js';
import { member } from './json-values.js';
import type { StandardIssue } from './standard-schema.js';

/** What a schema said against these data, with its paths as text, and without the data's values. */
export function schemaIssues(issues: readonly StandardIssue[], data: unknown): SessionSchemaIssue[] {
  return issues.map(({ message, path = [] }) => {
    const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment));
    return { path: pathOf(keys), message: withoutValue(message, valueAt(data, keys)) };
  });
}

function pathOf(keys: readonly PropertyKey[]): string {
  return keys
    .map((key) => (typeof key === 'number' ? `[${key}]` : member(String(key))))
    .join('')
    .replace(/^\./, '');
}

function valueAt(data: unknown, keys: readonly PropertyKey[]): unknown {
  let value = data;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

const HIDDEN = '[value]';

/** Some schemas quote what they were given. The message may be logged, and sessions hold what no log should. */
function withoutValue(message: string, value: unknown): string {
  if (value === undefined || value === null) return message;
  if (typeof value !== 'string') return withoutWord(message, typeof value === 'object' ? json(value) : String(value));
  const unquoted = [JSON.stringify(value), `"${value}"`, `'${value}'`, `\`${value}\``].reduce(
    (text, quoted) => text.replaceAll(quoted, () => HIDDEN),
    message,
  );
  // A value such as "number" is also a word that schemas use; where it was quoted, that was the value.
  return unquoted === message ? withoutWord(message, value) : unquoted;
}

function withoutWord(message: string, word: string): string {
  if (word === '') return message;
  const literal = word.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  return message.replace(new RegExp(String.raw`(?<![\w.])${literal}(?!\w)`, 'g'), () => HIDDEN);
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
}
