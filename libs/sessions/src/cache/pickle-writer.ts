import { ByteWriter } from './byte-writer.js';
import { MAX_DEPTH, MAX_DIGITS, OP } from './pickle-opcodes.js';
import { encodeText } from './surrogate-pass.js';

const SPACE = /[ \t\n\r]*/y;
// oxlint-disable-next-line no-control-regex -- JSON allows them only escaped
const SPECIAL = /["\\\u0000-\u001f]/g;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const INTEGER = /^-?\d+$/;
const WORD = /null|true|false|NaN|-?Infinity/y;
const FLOATS: Record<string, number> = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity };

/**
 * JSON text, Python's `NaN` and `Infinity` included, as a pickle of what it says (protocol 4, which
 * every Django since 3.2 reads). Integers keep every digit, floats stay floats. Throws `SyntaxError`.
 *
 * A `comment` is a text that unpickling puts on the stack and takes off again: it changes nothing of
 * what Python reads, and `pickleComment` finds it.
 */
export function jsonToPickle(json: string, comment?: string): Buffer {
  return new PickleWriter(json).write(comment);
}

class PickleWriter {
  readonly #out: ByteWriter;
  readonly #json: string;
  #at = 0;

  constructor(json: string) {
    this.#json = json;
    this.#out = new ByteWriter(json.length + 1024);
  }

  write(comment?: string): Buffer {
    this.#out.byte(OP.PROTO);
    this.#out.byte(4);
    if (comment !== undefined) {
      this.#text(comment);
      this.#out.byte(OP.POP);
    }
    this.#value(0);
    if (this.#peek() !== '') throw this.#unexpected();
    this.#out.byte(OP.STOP);
    return this.#out.finish();
  }

  #value(depth: number): void {
    if (depth > MAX_DEPTH) throw new SyntaxError(`Session data is nested more than ${MAX_DEPTH} levels deep.`);
    switch (this.#peek()) {
      case '{':
        return this.#dict(depth);
      case '[':
        return this.#list(depth);
      case '"':
        return this.#text(this.#string());
    }
    const word = this.#match(WORD);
    if (word !== null) return this.#word(word);
    const number = this.#match(NUMBER);
    if (number === null) throw this.#unexpected();
    if (INTEGER.test(number)) this.#integer(number);
    else this.#float(Number(number));
  }

  #dict(depth: number): void {
    this.#out.byte(OP.EMPTY_DICT);
    this.#members('}', OP.SETITEMS, () => {
      if (this.#peek() !== '"') throw this.#unexpected();
      this.#text(this.#string());
      if (this.#peek() !== ':') throw this.#unexpected();
      this.#at++;
      this.#value(depth + 1);
    });
  }

  #list(depth: number): void {
    this.#out.byte(OP.EMPTY_LIST);
    this.#members(']', OP.APPENDS, () => this.#value(depth + 1));
  }

  #members(end: string, opcode: number, member: () => void): void {
    this.#at++;
    if (this.#peek() !== end) {
      this.#out.byte(OP.MARK);
      member();
      while (this.#peek() === ',') {
        this.#at++;
        member();
      }
      this.#out.byte(opcode);
      if (this.#peek() !== end) throw this.#unexpected();
    }
    this.#at++;
  }

  #word(word: string): void {
    if (word === 'null') this.#out.byte(OP.NONE);
    else if (word === 'true') this.#out.byte(OP.TRUE);
    else if (word === 'false') this.#out.byte(OP.FALSE);
    else this.#float(FLOATS[word]!);
  }

  #float(value: number): void {
    this.#out.byte(OP.DOUBLE);
    this.#out.double(value);
  }

  #integer(digits: string): void {
    if (digits.length > MAX_DIGITS) throw new SyntaxError(`Session data holds an integer of ${digits.length} digits.`);
    const value = Number(digits);
    if (value >= 0 && value <= 0xff) {
      this.#out.byte(OP.UINT8);
      this.#out.byte(value);
    } else if (value >= 0 && value <= 0xffff) {
      this.#out.byte(OP.UINT16);
      this.#out.uint16(value);
    } else if (value >= -0x80000000 && value <= 0x7fffffff) {
      this.#out.byte(OP.INT32);
      this.#out.int32(value);
    } else this.#long(BigInt(digits));
  }

  #long(value: bigint): void {
    // The shortest two's complement: as many bytes as the digits take, and one for the sign where it does not fit in.
    const hex = (value < 0n ? -value - 1n : value).toString(16);
    const size = Math.floor((hex.length * 4 - Math.clz32(parseInt(hex[0]!, 16)) + 28) / 8) + 1;
    const bigEndian = Buffer.from(
      BigInt.asUintN(size * 8, value)
        .toString(16)
        .padStart(size * 2, '0'),
      'hex',
    );
    if (size <= 0xff) {
      this.#out.byte(OP.LONG1);
      this.#out.byte(size);
    } else {
      this.#out.byte(OP.LONG4);
      this.#out.uint32(size);
    }
    this.#out.bytes(bigEndian.toReversed());
  }

  #text(text: string): void {
    const bytes = encodeText(text);
    if (bytes.length <= 0xff) {
      this.#out.byte(OP.TEXT8);
      this.#out.byte(bytes.length);
    } else {
      this.#out.byte(OP.TEXT32);
      this.#out.uint32(bytes.length);
    }
    this.#out.bytes(bytes);
  }

  #string(): string {
    const start = this.#at;
    // Not one expression for the whole text: of a long one it would remember every character to go back to.
    SPECIAL.lastIndex = start + 1;
    let special: string | undefined;
    while ((special = SPECIAL.exec(this.#json)?.[0]) === '\\') SPECIAL.lastIndex++;
    if (special !== '"') throw this.#unexpected();
    this.#at = SPECIAL.lastIndex;
    const token = this.#json.slice(start, this.#at);
    if (!token.includes('\\')) return token.slice(1, -1);
    try {
      return JSON.parse(token) as string;
    } catch {
      throw this.#unexpected();
    }
  }

  /** The next character that is not blank; empty at the end. */
  #peek(): string {
    this.#match(SPACE);
    return this.#json.charAt(this.#at);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const token = pattern.exec(this.#json)?.[0] ?? null;
    this.#at += token?.length ?? 0;
    return token;
  }

  #unexpected(): SyntaxError {
    return new SyntaxError(`Session data is not JSON (at character ${this.#at}), so it cannot be stored as a pickle.`);
  }
}
