import { deflateSync, inflateSync } from 'node:zlib';
import { equalInConstantTime, SaltedHmac, TimestampSigner } from './signer.js';

/** The salt of every server-side engine of Django's; a custom store class of another name has another. */
export const SESSION_SALT = 'django.contrib.sessions.SessionStore';

const LEGACY_SALT = 'django.contrib.sessionsSessionStore';
/** A megabyte of deflated zeros is a gigabyte: even signed data is inflated only so far (bytes). */
const MAX_INFLATED = 64 * 1024 * 1024;

/**
 * A compressor makes its tables anew for every session, and the usual ones take longer than the work itself. Smaller
 * ones are read by every zlib, and are as good for so many bytes.
 */
const SMALL = 16_384;
const FOR_SMALL = { windowBits: 12, memLevel: 6 };

/**
 * A payload that was read, the date it was signed (whole seconds since the epoch), and whether its
 * body could be used. `forged`: no secret verifies it. `broken`: rightly signed, but unreadable.
 */
export type Decoded = { payload: string; timestamp: number } | 'forged' | 'broken';

/**
 * Django's `signing.dumps` and `loads` for a payload that is serialized already:
 * compressed where that helps, base64, timestamp, HMAC. One character of the payload is one byte.
 */
export class SessionCodec {
  readonly #signer: TimestampSigner;
  readonly #legacyMacs: readonly SaltedHmac[];

  /** `secrets`: the first signs, all verify (Django: SECRET_KEY, SECRET_KEY_FALLBACKS). */
  constructor(secrets: readonly (string | Uint8Array)[], salt: string = SESSION_SALT) {
    this.#signer = new TimestampSigner(secrets, salt);
    this.#legacyMacs = salt === SESSION_SALT ? secrets.map((s) => new SaltedHmac(LEGACY_SALT, s, 'sha1')) : [];
  }

  /** Django: `SessionBase.encode`. `now` in milliseconds. */
  encode(payload: string, now: number): string {
    const raw = Buffer.from(payload, 'latin1');
    const deflated = deflateSync(raw, raw.length > SMALL ? undefined : FOR_SMALL);
    const body = deflated.length < raw.length - 1 ? `.${deflated.toString('base64url')}` : raw.toString('base64url');
    return this.#signer.sign(body, now);
  }

  /** Django: `SessionBase.decode`. Never throws. */
  decode(stored: string): Decoded {
    const unsigned = this.#signer.unsign(stored);
    if (!unsigned) return this.#decodeLegacy(stored);
    if (unsigned.timestamp === null) return 'broken';
    const payload = readBody(unsigned.value);
    return payload === null ? 'broken' : { payload, timestamp: unsigned.timestamp };
  }

  /** What Django wrote before 3.1: base64 of `hex(HMAC-SHA1):json`. Read, never written. */
  #decodeLegacy(stored: string): Decoded {
    const text = Buffer.from(stored, 'base64').toString('latin1');
    const payload = text.slice(41);
    if (text[40] !== ':' || this.#legacyMacs.length === 0) return 'forged';
    const bytes = Buffer.from(payload, 'latin1');
    const holds = this.#legacyMacs.some((mac) =>
      equalInConstantTime(mac.digest(bytes).toString('hex'), text.slice(0, 40)),
    );
    return holds ? { payload, timestamp: 0 } : 'forged';
  }
}

function readBody(value: string): string | null {
  const compressed = value.startsWith('.');
  const base64 = (compressed ? value.slice(1) : value).replace(/=+$/, '');
  // Node skips what is not base64; Django calls it broken.
  if (base64.length % 4 === 1 || !/^[A-Za-z0-9+/_-]*$/.test(base64)) return null;
  const bytes = Buffer.from(base64, 'base64');
  if (!compressed) return bytes.toString('latin1');
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_INFLATED }).toString('latin1');
  } catch {
    return null;
  }
}
