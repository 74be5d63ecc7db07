import { randomBytes } from 'node:crypto';
import { carriedOrder, carriesNumbers, carry, carryOrder, markRoot, tokenOf } from './carried-numbers.js';
import { checkMember } from './json-values.js';
import type { Data, SessionSerializer } from './serializer.js';

/**
 * What `JSON.parse` takes and may bend: -0, a number with an exponent, with sixteen digits, or with a fraction that
 * ends in 0 or begins with six of them. Outside of strings one of these characters is before it. A false
 * alarm costs time only.
 */
const SUSPECT = /[:,[\s]-?(?:0(?<=-0)|\d(?:\d*\.\d*0(?!\d)|\d*\.0{6}|[\d.]*[eE]|[\d.]{15}))/;
/** A name that JavaScript would move to the front. */
const NUMBER_LIKE_NAME = /"\d{1,10}"\s*:/;
/** A string, together with the colon after it where it is a name; or anything that looks like a number. */
const STRING_OR_NUMBER = /("[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$))(\s*:)?|-?(?:Infinity|\d[\d.eE+-]*)|NaN/g;
/** As JSON has them, and Python's three words. */
const NUMBER = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|-?Infinity)$/;
/** Names that JavaScript puts before all others. */
const NUMBER_LIKE = /^"(?:0|[1-9]\d{0,9})"$/;

/**
 * Django's JSON: no blanks, pure ASCII, Python's NaN and Infinity. Numbers that a double cannot hold
 * go back as they came as long as nobody changes them, and members in the order they came in.
 * Django: `JSONSerializer`.
 */
export const jsonSerializer: SessionSerializer = {
  dumps,
  loads,
  peek,
  settle,
  check: (data, key) => checkMember(data, key, key),
};

function dumps(data: Data): string {
  const text = carriesNumbers(data) ? stringifyCarried(data) : JSON.stringify(data);
  return escaped(text);
}

function escaped(text: string): string {
  // Mostly there is nothing to do, which is quicker to find out without looking at each character.
  if (Buffer.byteLength(text) === text.length && !text.includes('\u007f')) return text;
  // oxlint-disable-next-line no-control-regex -- DEL is what is meant
  return text.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function loads(text: string): Data {
  return settle(peek(text), text);
}

function settle(peeked: Data, text: string): Data {
  if (carriesNumbers(peeked)) return peeked;
  // A copy, since to change the prototype of an object takes longer.
  return isBent(peeked, text) ? loadsCarried(text) : ({ __proto__: null, ...peeked } as unknown as Data);
}

/** With the prototype that JSON gives: who looks asks for members of the data's own. */
function peek(text: string): Data {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    // Python's NaN, or no JSON at all.
    return loadsCarried(text);
  }
  return asObject(root) as Data;
}

function loadsCarried(text: string): Data {
  // What is carried hangs on this very object.
  return Object.setPrototypeOf(asObject(parseCarried(text)), null) as Data;
}

/** Mostly a false alarm: what is written as it was read has lost nothing. */
function isBent(data: Data, text: string): boolean {
  return (SUSPECT.test(text) || NUMBER_LIKE_NAME.test(text)) && dumps(data) !== text;
}

function asObject(root: unknown): object {
  if (typeof root === 'object' && root !== null && !Array.isArray(root)) return root;
  throw new SyntaxError('Session data is not a JSON object');
}

/** A beginning that no string of the text can have by chance, and no visitor can foresee. */
const newMark = () => randomBytes(9).toString('base64url');

/** Reads with every number that would be bent, and every name that would be moved, behind a mark. */
function parseCarried(text: string): unknown {
  const mark = newMark();
  let found = false;
  const marked = text.replace(STRING_OR_NUMBER, (token, string?: string, colon?: string) => {
    if (string ? !colon || !NUMBER_LIKE.test(string) : isFaithful(token)) return token;
    if (!string && !NUMBER.test(token)) throw new SyntaxError('Session data is not JSON');
    found = true;
    return string ? `"${mark}${string.slice(1)}${colon}` : `"${mark}${token}"`;
  });
  const root = JSON.parse(marked, function (this: object, key: string, value: unknown) {
    if (typeof value === 'string' && value.startsWith(mark)) {
      const token = value.slice(mark.length);
      carry(this, key, token);
      return Number(token);
    }
    return typeof value === 'object' && value !== null ? unmarked(value, mark) : value;
  }) as unknown;
  if (found && typeof root === 'object' && root !== null) markRoot(root);
  return root;
}

/** The object under its real names, which remembers their order. */
function unmarked(holder: object, mark: string): object {
  const names = Object.keys(holder);
  if (!names.some((name) => name.startsWith(mark))) return holder;
  const rebuilt = {};
  const order = names.map((name) => {
    const real = name.startsWith(mark) ? name.slice(mark.length) : name;
    const value = (holder as Data)[name];
    // Not by assignment, which would take `__proto__` for something else.
    Object.defineProperty(rebuilt, real, { value, configurable: true, enumerable: true, writable: true });
    const token = tokenOf(holder, name, value);
    if (token !== undefined) carry(rebuilt, real, token);
    return real;
  });
  carryOrder(rebuilt, order);
  return rebuilt;
}

function isFaithful(token: string): boolean {
  return token !== 'NaN' && JSON.stringify(Number(token)) === token;
}

function stringifyCarried(data: Data): string {
  const [mark, nameMark] = [newMark(), newMark()];
  const copies = new Map<object, object>();
  return JSON.stringify(data, function (this: object, key: string, value: unknown) {
    if (typeof value === 'number') {
      const original = copies.get(this);
      const token = original ? tokenOf(original, key.slice(nameMark.length), value) : tokenOf(this, key, value);
      return token === undefined ? value : mark + token;
    }
    const order = typeof value === 'object' && value !== null ? carriedOrder(value) : undefined;
    if (!order) return value;
    // A mark before every name keeps them in the order they are put in.
    const copy = Object.fromEntries(order.map((name) => [nameMark + name, (value as Data)[name]]));
    copies.set(copy, value as object);
    return copy;
  })
    .replace(new RegExp(`"${mark}([^"]*)"`, 'g'), '$1')
    .replaceAll(`"${nameMark}`, '"');
}
