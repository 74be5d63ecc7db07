/** One answer of Memcached's meta protocol: `HD`, `EN`, `NS`, … or `VA` with a value, and its flags by letter. */
export interface MemcachedReply {
  code: string;
  flags: Record<string, string>;
  value?: Buffer;
}

const LINE_BREAK = Buffer.from('\r\n');
const LONGEST_LINE = 8192;
const NOTHING = Buffer.alloc(0);

/** Cuts what comes from a server into answers, wherever the network has cut it. */
export class MemcachedReplies {
  #rest: Buffer = NOTHING;

  /** `largest`: bytes of a value; no server has one that is larger than its items. */
  constructor(private readonly largest = 1024 * 1024) {}

  /** The answers that are complete now. Throws `SyntaxError` for what is no answer; the connection is of no use then. */
  read(chunk: Buffer): MemcachedReply[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const replies: MemcachedReply[] = [];
    for (let reply = this.#next(); reply; reply = this.#next()) replies.push(reply);
    return replies;
  }

  #next(): MemcachedReply | null {
    const end = this.#rest.indexOf(LINE_BREAK);
    if (end === -1 || end > LONGEST_LINE) {
      if (this.#rest.length > LONGEST_LINE) throw new SyntaxError('Memcached sent a line that does not end');
      return null;
    }
    const [code = '', ...words] = this.#rest.toString('latin1', 0, end).split(' ');
    const isError = code.endsWith('ERROR');
    const after = end + LINE_BREAK.length;
    if (code !== 'VA') {
      this.#rest = this.#rest.subarray(after);
      // The text of an error may quote what was sent; only its kind is kept.
      return { code, flags: isError ? {} : flagsOf(words) };
    }
    const digits = words.shift() ?? '';
    const length = Number(digits);
    if (!/^\d{1,10}$/.test(digits) || length > this.largest) {
      throw new SyntaxError('Memcached sent a value without a length');
    }
    if (this.#rest.length < after + length + LINE_BREAK.length) return null;
    const value = this.#rest.subarray(after, after + length);
    this.#rest = this.#rest.subarray(after + length + LINE_BREAK.length);
    return { code, flags: flagsOf(words), value };
  }
}

function flagsOf(words: string[]): Record<string, string> {
  return Object.fromEntries(words.filter(Boolean).map((word) => [word[0]!, word.slice(1)]));
}
