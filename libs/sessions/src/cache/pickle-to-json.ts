import { SessionValueError } from '../core/errors.js';
import { member } from '../core/json-values.js';
import { EXPIRY_KEY } from '../core/session-expiry.js';
import { MAX_DEPTH } from './pickle-opcodes.js';
import { readPickle } from './pickle-reader.js';
import { notAPickle, type Pickled, PickledDateTime, type PickledDict, PickledObject } from './pickle-values.js';
import { pythonFloat } from './python-float.js';

/** A pickle of a few bytes can refer to one list or text over and over: written out, it must end somewhere. */
const MAX_JSON = 64 * 1024 * 1024;
const MAX_VALUES = 2_000_000;

/**
 * A pickled session as JSON text, as Django would write it: integers in full, floats as floats, ASCII.
 * Throws `SyntaxError` for bytes that are no pickle of a dict, and `SessionValueError`, with the path,
 * for a value that JSON could not carry back unharmed: whoever cannot read a session must not write it.
 */
export function pickleToJson(bytes: Buffer): string {
  return pickledToJson(readPickle(bytes));
}

/** The same for a pickle that has been read. */
export function pickledToJson(root: Pickled): string {
  return new JsonWriter().write(root);
}

class JsonWriter {
  /** The lists and dicts we are in, and the way there. */
  readonly #within = new Set<Pickled>();
  readonly #path: (string | number)[] = [];
  #json = '';
  #values = 0;

  write(root: Pickled): string {
    if (!(root instanceof Map)) throw notAPickle('it holds no dict');
    this.#dict(root);
    return this.#json;
  }

  #value(value: Pickled, step: string | number): void {
    if (++this.#values > MAX_VALUES) throw notAPickle(`it stands for more than ${MAX_VALUES} values`);
    this.#path.push(step);
    if (value === null || typeof value === 'boolean' || typeof value === 'bigint') this.#put(String(value));
    else if (typeof value === 'number') this.#put(pythonFloat(value));
    else if (typeof value === 'string') this.#put(quoted(value));
    else if (Array.isArray(value)) this.#list(value);
    else if (value instanceof Map) this.#dict(value);
    else if (value instanceof PickledDateTime && this.#path.length === 1 && step === EXPIRY_KEY)
      this.#put(quoted(value.iso));
    else throw this.#cannotCarry(`is ${value instanceof PickledObject ? `a ${value.type}` : 'bytes'}`);
    this.#path.pop();
  }

  #list(list: Pickled[]): void {
    this.#enter(list);
    this.#put('[');
    list.forEach((item, index) => {
      if (index > 0) this.#put(',');
      this.#value(item, index);
    });
    this.#put(']');
    this.#within.delete(list);
  }

  #dict(dict: PickledDict): void {
    this.#enter(dict);
    let before = '{';
    for (const [key, value] of dict) {
      if (typeof key !== 'string') throw this.#cannotCarry(`has a key that is ${typeName(key)}`);
      this.#put(`${before}${quoted(key)}:`);
      before = ',';
      this.#value(value, key);
    }
    this.#put(dict.size === 0 ? '{}' : '}');
    this.#within.delete(dict);
  }

  #enter(holder: Pickled): void {
    if (this.#within.has(holder)) throw this.#cannotCarry('contains itself');
    if (this.#within.size > MAX_DEPTH) throw this.#cannotCarry(`is nested more than ${MAX_DEPTH} levels deep`);
    this.#within.add(holder);
  }

  #put(text: string): void {
    this.#json += text;
    if (this.#json.length > MAX_JSON) throw notAPickle(`it stands for more than ${MAX_JSON} characters`);
  }

  #cannotCarry(what: string): SessionValueError {
    const [first = 'data', ...steps] = this.#path.slice(0, 20);
    const path = steps.reduce<string>(
      (text, step) => text + (typeof step === 'number' ? `[${step}]` : member(step)),
      String(first),
    );
    const shown = path.length > 200 || this.#path.length > 20 ? `${path.slice(0, 200)}…` : path;
    return new SessionValueError(
      shown,
      `${what}, which JSON cannot carry back; the session stays in the cache as it is`,
    );
  }
}

/** Pure ASCII, as Django's serializer writes it. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function typeName(key: Pickled): string {
  if (key === null) return 'None';
  if (typeof key === 'bigint') return 'an int';
  if (typeof key === 'number') return 'a float';
  if (typeof key === 'boolean') return 'a bool';
  return Buffer.isBuffer(key) ? 'bytes' : Array.isArray(key) ? 'a tuple' : 'no text';
}
