import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const VERSION = 'v1';
/** Bytes. */
const IV = 12;
const TAG = 16;
const DATE = 6;
const SHAPE = /^v1\.([1-9][0-9]{0,6})\.([A-Za-z0-9_-]*)/;

/** What was in a cookie, and when it was put there (milliseconds since the epoch). */
export interface Opened {
  payload: string;
  madeAt: number;
}

/**
 * Encrypts a session for its cookie: AES-256-GCM, so that it can be neither read nor changed.
 *
 * ```
 * cookie    = "v1." length "." body
 * length    = how many characters the body has, in decimal: what comes after it is no part of it
 * body      = base64url without padding of  iv (12 bytes) | ciphertext | tag (16 bytes)
 * plaintext = date (6 bytes, big endian: milliseconds since the epoch) | the payload as UTF-8
 * AAD       = "v1:" | the cookie's name: a cookie of another name, or version, does not open
 * key       = HKDF-SHA256(secret, no salt, info "nestjs-django-sessions encrypted_cookies v1"), 32 bytes
 * iv        = random for every cookie
 * ```
 *
 * Nothing is compressed: the length of what is sent would tell how much of what an attacker can put
 * into a session is like the secrets in it (CRIME).
 */
export class CookieCipher {
  readonly #keys: readonly Buffer[];
  readonly #aad: Buffer;

  /** `secrets`: the first encrypts, all decrypt. */
  constructor(secrets: readonly (string | Uint8Array)[], cookieName: string) {
    const info = `nestjs-django-sessions encrypted_cookies ${VERSION}`;
    this.#keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', info, 32)));
    this.#aad = Buffer.from(`${VERSION}:${cookieName}`, 'utf8');
  }

  /** `now` in milliseconds. */
  seal(payload: string, now: number): string {
    const iv = randomBytes(IV);
    const cipher = createCipheriv(ALGORITHM, this.#keys[0]!, iv).setAAD(this.#aad);
    const date = Buffer.alloc(DATE);
    date.writeUIntBE(Math.floor(now), 0, DATE);
    const parts = [iv, cipher.update(date), cipher.update(payload, 'utf8'), cipher.final(), cipher.getAuthTag()];
    const body = Buffer.concat(parts).toString('base64url');
    return `${VERSION}.${body.length}.${body}`;
  }

  /** Null: not one of ours, or not as we made it. Never throws. */
  open(sealed: string): Opened | null {
    const [head, length, text] = SHAPE.exec(sealed) ?? [];
    if (head === undefined || text!.length < Number(length)) return null;
    const body = text!.slice(0, Number(length));
    const bytes = Buffer.from(body, 'base64url');
    // The last character may have bits that no byte uses: there is to be one way to write a cookie only.
    if (bytes.length < IV + DATE + TAG || bytes.toString('base64url') !== body) return null;
    for (const key of this.#keys) {
      const plain = this.#decrypt(key, bytes);
      if (plain) return { payload: plain.toString('utf8', DATE), madeAt: plain.readUIntBE(0, DATE) };
    }
    return null;
  }

  #decrypt(key: Buffer, bytes: Buffer): Buffer | null {
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV), { authTagLength: TAG });
    decipher.setAAD(this.#aad).setAuthTag(bytes.subarray(-TAG));
    const plain = decipher.update(bytes.subarray(IV, -TAG));
    try {
      return Buffer.concat([plain, decipher.final()]);
    } catch {
      return null;
    }
  }
}
