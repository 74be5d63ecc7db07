import { tokenOf } from './carried-numbers.js';
import { SessionValueError } from './errors.js';

/**
 * Refuses what JSON would silently drop or bend, naming the path of the value.
 * Throws `SessionValueError`.
 */
export function checkJsonValue(value: unknown, path: string): void {
  // Most are right, and need no path.
  if (!isJsonValue(value, 0)) explain(value, path, []);
}

/** How deep is looked without minding that a value may contain itself. */
const DEEP = 50;

/** False for what may be wrong. */
function isJsonValue(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth > DEEP) return false;
  if (Array.isArray(value)) {
    // Not every(): it would step over the holes.
    for (let index = 0; index < value.length; index++) if (!isJsonValue(value[index], depth + 1)) return false;
    return true;
  }
  const members = value as Record<string, unknown>;
  if (!isPlain(members) || typeof members['toJSON'] === 'function') return false;
  for (const key of Object.keys(members)) {
    const inner = members[key];
    if (inner !== undefined && !isJsonValue(inner, depth + 1)) return false;
  }
  return true;
}

/** Throws for what is wrong, by the path that leads to it. */
function explain(value: unknown, path: string, parents: readonly object[]): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) throw new SessionValueError(path, `is ${value}, which JSON has no number for`);
      return;
    case 'undefined':
      throw new SessionValueError(path, 'is undefined, which JSON would drop; delete the key, or set null');
    case 'bigint':
      throw new SessionValueError(path, 'is a BigInt, which JSON cannot hold; store it as a string');
    case 'function':
    case 'symbol':
      throw new SessionValueError(path, `is a ${typeof value}, which JSON would drop`);
  }
  if (value === null) return;
  if (parents.includes(value as object)) throw new SessionValueError(path, 'contains itself');
  const within = [...parents, value as object];
  if (Array.isArray(value)) {
    // Not forEach: it would step over the holes, which JSON turns into null.
    for (let index = 0; index < value.length; index++) {
      explainMember(value, String(index), `${path}[${index}]`, within);
    }
    return;
  }
  if (!isPlain(value as object)) {
    throw new SessionValueError(
      path,
      `is a ${className(value as object)}, which would not come back as one${advice(value)}`,
    );
  }
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    throw new SessionValueError(path, 'has a toJSON method, so that something else would be stored in its place');
  }
  for (const key of Object.keys(value as object)) {
    // An undefined member of a plain object is the way JavaScript says "not there"; JSON agrees.
    if ((value as Record<string, unknown>)[key] !== undefined)
      explainMember(value as object, key, path + member(key), within);
  }
}

/** Like `checkJsonValue`, but a number that was read as NaN may stay what it was. */
export function checkMember(holder: object, key: string, path: string): void {
  const value = (holder as Record<string, unknown>)[key];
  if (!isJsonValue(value, 0)) explainMember(holder, key, path, []);
}

function explainMember(holder: object, key: string, path: string, parents: readonly object[]): void {
  const value = (holder as Record<string, unknown>)[key];
  if (typeof value === 'number' && tokenOf(holder, key, value) !== undefined) return;
  explain(value, path, parents);
}

/** How a member reads in a path: `.name`, or `["odd name"]`. */
export function member(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function isPlain(value: object): boolean {
  // By its name and not by identity: a plain object of another realm is plain too.
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null;
  return prototype === null || (Object.getPrototypeOf(prototype) === null && prototype.constructor?.name === 'Object');
}

function className(value: object): string {
  return value.constructor?.name || 'class instance';
}

function advice(value: unknown): string {
  if (Object.prototype.toString.call(value) === '[object Date]') return '; store date.toISOString() or date.getTime()';
  if (value instanceof Map) return '; store Object.fromEntries(map)';
  if (value instanceof Set) return '; store [...set]';
  return '; store plain data';
}
