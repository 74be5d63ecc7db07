import { isUtf8 } from 'node:buffer';

// In a `u` expression halves of a pair match only where the other half is missing.
const LONE = /\p{Surrogate}/u;
const LONE_BYTES = /(\xed[\xa0-\xbf][\x80-\xbf])/;

/** UTF-8 in which half a surrogate pair may stand, in three bytes. Python: `encode('utf-8', 'surrogatepass')`. */
export function encodeText(text: string): Buffer {
  if (!LONE.test(text)) return Buffer.from(text, 'utf8');
  const parts = text.split(/(\p{Surrogate})/u);
  return Buffer.concat(
    parts.map((part) => {
      if (!LONE.test(part)) return Buffer.from(part, 'utf8');
      const code = part.charCodeAt(0);
      return Buffer.of(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    }),
  );
}

/** The reverse. Throws `SyntaxError` for bytes that are no text even so. */
export function decodeText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const parts = bytes.toString('latin1').split(LONE_BYTES);
  return parts
    .map((part, index) => {
      const raw = Buffer.from(part, 'latin1');
      if (index % 2 === 1)
        return String.fromCharCode(((raw[0]! & 0xf) << 12) | ((raw[1]! & 0x3f) << 6) | (raw[2]! & 0x3f));
      if (!isUtf8(raw)) throw new SyntaxError('not a pickle of session data: a text in it is not UTF-8');
      return raw.toString('utf8');
    })
    .join('');
}
