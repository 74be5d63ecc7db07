import { randomFillSync } from 'node:crypto';
import { SessionCreateError } from './errors.js';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 32;
// The largest multiple of 36 in a byte: bytes from here up would favour the first letters.
const FAIR = 252;
const TRIES = 32;

const pool = Buffer.alloc(4096);
let used = pool.length;

/** Makes a session key: 32 characters of `a-z0-9` (165 bits) from the system's secure generator. */
export function newSessionKey(): string {
  let key = '';
  while (key.length < LENGTH) {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const byte = pool[used]!;
    // A spent byte is wiped, so that memory never holds the making of a live key.
    pool[used++] = 0;
    if (byte < FAIR) key += ALPHABET[byte % 36];
  }
  return key;
}

/** Whether Django would keep this text as a session key at all: at least 8 characters. */
export function isLongEnough(key: string | null | undefined): key is string {
  // Code points, as Python counts; only short texts can differ.
  return typeof key === 'string' && key.length >= 8 && (key.length >= 16 || [...key].length >= 8);
}

/**
 * Whether a server-side store could hold a session under this key: 8 to 40 characters (the width of
 * Django's column) of `a-z0-9`. Anything else a visitor sends is answered without asking the store.
 */
export function isSessionKey(key: string): boolean {
  // Of an application a key may be anything that was in a body; a list of one key reads like the key.
  return typeof key === 'string' && /^[a-z0-9]{8,40}$/.test(key);
}

/**
 * Draws keys until `claim` takes one. `claim` must be a single atomic step that answers false
 * when the key is taken (INSERT, SET NX, O_EXCL); a look followed by a write is a race.
 */
export async function claimSessionKey(
  claim: (key: string) => Promise<boolean>,
  newKey: () => string = newSessionKey,
): Promise<string> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const key = newKey();
    if (await claim(key)) return key;
  }
  throw new SessionCreateError(`No free session key in ${TRIES} tries: the key generator or the store is broken.`);
}
