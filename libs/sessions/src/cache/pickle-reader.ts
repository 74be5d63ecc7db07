import { PickleBytes } from './pickle-bytes.js';
import { globalPath, reduced } from './pickle-globals.js';
import { OP } from './pickle-opcodes.js';
import { notAPickle, type Pickled, PickledGlobal, PickledObject } from './pickle-values.js';
import { decodeText } from './surrogate-pass.js';

/** So many opcodes and no more are followed: a single one may make a whole list. */
const MAX_OPCODES = 1_000_000;

/**
 * Reads a pickle of data, protocols 2 to 5. Data is all it makes: classes and functions that a pickle
 * names are noted as names, nothing is imported, looked up or called, and opcodes beyond those Python
 * writes for data are refused. Throws `SyntaxError`.
 */
export function readPickle(bytes: Buffer): Pickled {
  return new PickleReader(bytes).read();
}

/** The text `jsonToPickle` has put into a pickle as its comment, or undefined. */
export function pickleComment(bytes: Buffer): string | undefined {
  const long = bytes[2] === OP.TEXT32;
  if (bytes[0] !== OP.PROTO || (!long && bytes[2] !== OP.TEXT8)) return undefined;
  const start = long ? 7 : 4;
  if (bytes.length < start) return undefined;
  const end = start + (long ? bytes.readUInt32LE(3) : bytes[3]!);
  return bytes[end] === OP.POP ? decodeText(bytes.subarray(start, end)) : undefined;
}

class PickleReader {
  readonly #bytes: PickleBytes;
  readonly #stack: Pickled[] = [];
  /** How high the stack was at each MARK. */
  readonly #marks: number[] = [];
  /** A Map, as a pickle may choose its places as it likes. */
  readonly #memo = new Map<number, Pickled>();

  constructor(bytes: Buffer) {
    this.#bytes = new PickleBytes(bytes);
  }

  read(): Pickled {
    if (this.#bytes.uint8() !== OP.PROTO) throw notAPickle('it does not begin like one');
    if (this.#bytes.uint8() > 5) throw notAPickle('its protocol is newer than 5');
    for (let count = 0; count < MAX_OPCODES; count++) {
      const opcode = this.#bytes.uint8();
      if (opcode === OP.STOP) return this.#pop();
      this.#do(opcode);
    }
    throw notAPickle(`it has more than ${MAX_OPCODES} parts`);
  }

  #do(opcode: number): void {
    const bytes = this.#bytes;
    switch (opcode) {
      case OP.FRAME:
        return void bytes.size64();
      case OP.PROTO:
        return void bytes.uint8();
      case OP.MARK:
        return void this.#marks.push(this.#stack.length);
      case OP.POP:
        // At a MARK that has nothing above it, Python takes the mark away.
        return void (this.#marks.at(-1) === this.#stack.length ? this.#marks.pop() : this.#pop());
      case OP.POP_MARK:
        return void this.#popMark();
      case OP.NONE:
        return this.#push(null);
      case OP.TRUE:
        return this.#push(true);
      case OP.FALSE:
        return this.#push(false);
      case OP.UINT8:
        return this.#push(BigInt(bytes.uint8()));
      case OP.UINT16:
        return this.#push(BigInt(bytes.take(2).readUInt16LE()));
      case OP.INT32:
        return this.#push(BigInt(bytes.take(4).readInt32LE()));
      case OP.LONG1:
        return this.#push(bytes.long(bytes.uint8()));
      case OP.LONG4:
        return this.#push(bytes.long(bytes.take(4).readInt32LE()));
      case OP.DOUBLE:
        return this.#push(bytes.take(8).readDoubleBE());
      case OP.TEXT8:
        return this.#push(bytes.text(bytes.uint8()));
      case OP.TEXT32:
        return this.#push(bytes.text(bytes.uint32()));
      case OP.TEXT64:
        return this.#push(bytes.text(bytes.size64()));
      case OP.BYTES8:
        return this.#push(bytes.take(bytes.uint8()));
      case OP.BYTES32:
        return this.#push(bytes.take(bytes.uint32()));
      case OP.BYTES64:
        return this.#push(bytes.take(bytes.size64()));
      case OP.EMPTY_LIST:
      case OP.EMPTY_TUPLE:
        return this.#push([]);
      case OP.EMPTY_DICT:
        return this.#push(new Map());
      case OP.EMPTY_SET:
        return this.#push(new PickledObject('set'));
      case OP.APPEND:
        return this.#append([this.#pop()]);
      case OP.APPENDS:
      case OP.ADDITEMS:
        return this.#append(this.#popMark());
      case OP.SETITEM:
        return this.#setItems(this.#popMany(2));
      case OP.SETITEMS:
        return this.#setItems(this.#popMark());
      case OP.TUPLE1:
      case OP.TUPLE2:
      case OP.TUPLE3:
        return this.#push(this.#popMany(opcode - OP.TUPLE1 + 1));
      case OP.TUPLE:
        return this.#push(this.#popMark());
      case OP.FROZENSET:
        this.#popMark();
        return this.#push(new PickledObject('frozenset'));
      case OP.MEMOIZE:
        return void this.#memo.set(this.#memo.size, this.#top());
      case OP.PUT8:
        return void this.#memo.set(bytes.uint8(), this.#top());
      case OP.PUT32:
        return void this.#memo.set(bytes.uint32(), this.#top());
      case OP.GET8:
        return this.#push(this.#remembered(bytes.uint8()));
      case OP.GET32:
        return this.#push(this.#remembered(bytes.uint32()));
      case OP.GLOBAL:
        return this.#push(new PickledGlobal(globalPath(bytes.line(), bytes.line())));
      case OP.STACK_GLOBAL: {
        const [module, name] = this.#popMany(2);
        return this.#push(new PickledGlobal(globalPath(module, name)));
      }
      case OP.REDUCE:
      case OP.NEWOBJ: {
        const [callable, args] = this.#popMany(2);
        return this.#push(reduced(callable, args));
      }
      case OP.NEWOBJ_EX:
        return this.#push(reduced(this.#popMany(3)[0], null));
      case OP.BUILD:
        this.#pop();
        if (!(this.#top() instanceof PickledObject)) throw notAPickle('a state belongs to no object');
        return;
      default:
        throw notAPickle(`opcode 0x${opcode.toString(16)} at byte ${bytes.at - 1} is none of data`);
    }
  }

  // ---- the stack ----------------------------------------------------------------------------------

  #push(value: Pickled): void {
    this.#stack.push(value);
  }

  #pop(): Pickled {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw notAPickle('it takes more than there is');
    return this.#stack.pop()!;
  }

  #popMany(count: number): Pickled[] {
    const values = Array.from({ length: count }, () => this.#pop());
    return values.toReversed();
  }

  #popMark(): Pickled[] {
    const height = this.#marks.pop();
    if (height === undefined) throw notAPickle('it takes more than there is');
    return this.#stack.splice(height);
  }

  #top(): Pickled {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw notAPickle('it takes more than there is');
    return this.#stack.at(-1)!;
  }

  #append(items: Pickled[]): void {
    const list = this.#top();
    if (Array.isArray(list)) for (const item of items) list.push(item);
    else if (!(list instanceof PickledObject)) throw notAPickle('items belong to no list');
  }

  #setItems(items: Pickled[]): void {
    const dict = this.#top();
    if (items.length % 2 === 1) throw notAPickle('a key has no value');
    if (dict instanceof Map) for (let at = 0; at < items.length; at += 2) dict.set(items[at]!, items[at + 1]!);
    else if (!(dict instanceof PickledObject)) throw notAPickle('members belong to no dict');
  }

  #remembered(place: number): Pickled {
    const value = this.#memo.get(place);
    if (value === undefined) throw notAPickle('it refers to what is not there');
    return value;
  }
}
