import { MAX_DIGITS } from './pickle-opcodes.js';
import { notAPickle } from './pickle-values.js';
import { decodeText } from './surrogate-pass.js';

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_LONG_BYTES = Math.ceil(MAX_DIGITS / 2.4);

/** The arguments of opcodes, read one after another. Throws `SyntaxError` where the bytes end too early. */
export class PickleBytes {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    if (bytes.length > MAX_BYTES) throw notAPickle(`it has ${bytes.length} bytes`);
    this.#bytes = bytes;
  }

  /** Where the next byte is read. */
  get at(): number {
    return this.#at;
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) throw notAPickle('it ends too early');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  uint8(): number {
    if (this.#at >= this.#bytes.length) throw notAPickle('it ends too early');
    return this.#bytes[this.#at++]!;
  }

  uint32(): number {
    return this.take(4).readUInt32LE();
  }

  /** A length of eight bytes; one that is too large is only known to be. */
  size64(): number {
    const size = this.take(8).readBigUInt64LE();
    return size > BigInt(MAX_BYTES) ? MAX_BYTES + 1 : Number(size);
  }

  text(length: number): string {
    return decodeText(this.take(length));
  }

  /** The text up to the next line feed. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end === -1) throw notAPickle('it ends too early');
    const line = this.text(end - this.#at);
    this.#at++;
    return line;
  }

  /** An integer of so many bytes, little-endian two's complement. */
  long(length: number): bigint {
    if (length > MAX_LONG_BYTES) throw notAPickle(`an integer has ${length} bytes`);
    const bytes = this.take(length);
    if (length === 0) return 0n;
    return BigInt.asIntN(length * 8, BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`));
  }
}
