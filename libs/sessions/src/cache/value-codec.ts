import { jsonToPickle } from './pickle-writer.js';
import { pickleToJson } from './pickle-to-json.js';

/**
 * How sessions stand in a cache: `'json'`, the serialized text itself, or `'pickle'`, the mapping as
 * Django's caches hold it, for sharing sessions with a Django. Default `'json'`.
 */
export type CacheValues = 'json' | 'pickle';

/** Between a session's serialized text and the bytes in a cache. `unpack` throws for bytes that are none of its own. */
export interface ValueCodec {
  pack(payload: string): Buffer;
  unpack(value: Buffer): string;
}

/** Every pickle since protocol 2 begins with this byte, and no text does. */
const FIRST_OF_PICKLE = 0x80;

const json: ValueCodec = {
  pack: (payload) => Buffer.from(payload, 'utf8'),
  unpack(value) {
    // Told, and not taken for a damaged session: every visitor's cookie would be removed.
    if (isPickle(value))
      throw new Error("The cache holds pickles, as a Django writes them: set its option values to 'pickle'.");
    return value.toString('utf8');
  },
};

const pickle: ValueCodec = {
  pack: (payload) => jsonToPickle(payload),
  unpack(value) {
    if (!isPickle(value))
      throw new Error("The cache holds no pickles: leave its option values at 'json', or use another keyPrefix.");
    return pickleToJson(value);
  },
};

export const VALUE_CODECS: Readonly<Record<CacheValues, ValueCodec>> = { json, pickle };

function isPickle(value: Buffer): boolean {
  return value[0] === FIRST_OF_PICKLE;
}
