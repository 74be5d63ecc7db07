import { randomBytes } from 'node:crypto';
import { carriesNumbers, carry, carryOrder, keysInOrder, markRoot, tokenOf } from './carried-numbers.js';
import { checkMember } from './json-values.js';
import type { Data, SessionSerializer } from './serializer.js';

/** Anything that may need more than `JSON.parse`; a false alarm costs time only. */
const SUSPECT = /\d{16}|\d[.eE]|-0|N|I|"-?\d+"\s*:/;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|-?(?:Infinity|\d[\d.eE+-]*)|NaN|true|false|null/g;
const NUMBER_LIKE = /^(?:0|[1-9]\d{0,9})$/;

/**
 * Django's JSON: no blanks, pure ASCII, Python's NaN and Infinity. Numbers that a double cannot hold
 * go back as they came as long as nobody changes them. Django: `JSONSerializer`.
 */
export const jsonSerializer: SessionSerializer = {
  dumps,
  loads,
  check: (data, key) => checkMember(data, key, key),
};

function dumps(data: Data): string {
  const text = carriesNumbers(data) ? stringifyCarried(data) : JSON.stringify(data);
  // oxlint-disable-next-line no-control-regex -- DEL is what is meant
  return text.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function loads(text: string): Data {
  const root = SUSPECT.test(text) ? parseCarried(text) : (JSON.parse(text) as unknown);
  if (typeof root !== 'object' || root === null || Array.isArray(root)) {
    throw new SyntaxError('Session data is not a JSON object');
  }
  const data: Data = Object.setPrototypeOf(root, null);
  return data;
}

/** Reads with every number that would be bent replaced by a marked string, and puts numbers back. */
function parseCarried(text: string): unknown {
  const mark = randomBytes(9).toString('base64url');
  let found = false;
  const marked = text.replace(TOKEN, (token) => {
    if (!/^[-\dNI]/.test(token) || isFaithful(token)) return token;
    if (Number.isNaN(Number(token)) && token !== 'NaN') throw new SyntaxError('Session data is not JSON');
    found = true;
    return `"${mark}${token}"`;
  });
  const root = JSON.parse(marked, function (this: object, key: string, value: unknown) {
    if (typeof value !== 'string' || !value.startsWith(mark)) return value;
    const token = value.slice(mark.length);
    carry(this, key, token);
    return Number(token);
  }) as unknown;
  if (typeof root !== 'object' || root === null) return root;
  const order = topLevelKeys(text);
  if (order.some((key) => NUMBER_LIKE.test(key))) {
    carryOrder(root, order);
    found = true;
  }
  if (found) markRoot(root);
  return root;
}

function isFaithful(token: string): boolean {
  return token !== 'NaN' && JSON.stringify(Number(token)) === token;
}

function topLevelKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  let previous = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ':' && depth === 1) keys.push(JSON.parse(previous) as string);
    previous = token;
  }
  return keys;
}

function stringifyCarried(data: Data): string {
  const mark = randomBytes(9).toString('base64url');
  const textOf = (value: unknown) =>
    JSON.stringify(value, function (this: object, key: string, inner: unknown) {
      const token = typeof inner === 'number' ? tokenOf(this, key, inner) : undefined;
      return token === undefined ? inner : mark + token;
    });
  const members = keysInOrder(data).map((key) => {
    const token = tokenOf(data, key, data[key]) ?? textOf(data[key]);
    return `${JSON.stringify(key)}:${token}`;
  });
  return `{${members.join(',')}}`.replace(new RegExp(`"${mark}([^"]*)"`, 'g'), '$1');
}
