import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { fromBase62, toBase62 } from './base62.js';

type Algorithm = 'sha256' | 'sha1';

/** Django's `salted_hmac` with its key derived once: HMAC(hash(salt + secret), value). */
export class SaltedHmac {
  readonly #key: Buffer;

  constructor(
    salt: string,
    secret: string | Uint8Array,
    readonly algorithm: Algorithm = 'sha256',
  ) {
    this.#key = createHash(algorithm).update(salt, 'utf8').update(secret).digest();
  }

  digest(value: string | Uint8Array): Buffer {
    return createHmac(this.algorithm, this.#key).update(value).digest();
  }

  base64url(value: string): string {
    return createHmac(this.algorithm, this.#key).update(value, 'utf8').digest('base64url');
  }
}

/** Whether two texts are equal, in a time that tells nothing of where they differ. */
export function equalInConstantTime(left: string, right: string): boolean {
  const a = Buffer.from(left, 'utf8');
  const b = Buffer.from(right, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A text whose signature held, with its timestamp (whole seconds), or null where that is unreadable. */
export interface Unsigned {
  value: string;
  timestamp: number | null;
}

/** Signs with the first secret, verifies with all. Django: `TimestampSigner(key, fallback_keys, salt)`. */
export class TimestampSigner {
  readonly #macs: readonly SaltedHmac[];
  readonly #legacyMacs: readonly SaltedHmac[];

  constructor(secrets: readonly (string | Uint8Array)[], salt: string) {
    this.#macs = secrets.map((secret) => new SaltedHmac(`${salt}signer`, secret));
    this.#legacyMacs = secrets.map((secret) => new SaltedHmac(`${salt}signer`, secret, 'sha1'));
  }

  /** `value:timestamp:signature`; `now` in milliseconds. */
  sign(value: string, now: number): string {
    const dated = `${value}:${toBase62(Math.floor(now / 1000))}`;
    return `${dated}:${this.#macs[0]!.base64url(dated)}`;
  }

  /** The signed value, or null when no secret verifies it. */
  unsign(signed: string): Unsigned | null {
    const cut = signed.lastIndexOf(':');
    if (cut < 0) return null;
    const dated = signed.slice(0, cut);
    const signature = signed.slice(cut + 1);
    // 27 characters are a SHA-1, which Django 3.x wrote on request and reads without being asked.
    const macs = signature.length === 27 ? this.#legacyMacs : this.#macs;
    if (!macs.some((mac) => equalInConstantTime(mac.base64url(dated), signature))) return null;
    const timeCut = dated.lastIndexOf(':');
    return {
      value: timeCut < 0 ? dated : dated.slice(0, timeCut),
      timestamp: timeCut < 0 ? null : fromBase62(dated.slice(timeCut + 1)),
    };
  }
}
