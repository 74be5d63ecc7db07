import * as fc from 'fast-check';

/** One damage, at a place that is given as a part of the whole: 0 is its beginning, 1 its end. */
type Damage = (bytes: Buffer) => Buffer;

/** Any place is as likely as another; doubles by chance would be near 0 nearly always. */
const place = fc.noBias(fc.nat(9999)).map((part) => part / 10_000);
const at = (bytes: Buffer, part: number) => Math.floor(part * bytes.length);
const range = (bytes: Buffer, a: number, b: number) => [at(bytes, Math.min(a, b)), at(bytes, Math.max(a, b))] as const;

/** What has a meaning somewhere: ends of texts, signs of formats, numbers at their limits. */
const TELLING = [
  ...[...'.:"\\;=, -_A0{}[]\0\n\r\u007f'].map((char) => Buffer.from(char, 'latin1')),
  ...['__proto__', '"__proto__":', 'NaN', '-Infinity', '1e999', '99999999999999999999', '-0', '1.0', '01'].map((text) =>
    Buffer.from(text),
  ),
  Buffer.from([0xff, 0xff, 0xff, 0xff]),
  Buffer.from([0xff, 0xff, 0xff, 0x7f]),
  Buffer.from('é€😀', 'utf8'),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80]),
];

const inserted = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(...TELLING),
);

const damages: fc.Arbitrary<Damage> = fc.oneof(
  // A bit that is another.
  fc.tuple(place, fc.nat(7)).map(([part, bit]) => (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[Math.min(at(copy, part), copy.length - 1)]! ^= 1 << bit;
    return copy;
  }),
  // An end, or a beginning, that is missing.
  place.map((part) => (bytes: Buffer) => bytes.subarray(0, at(bytes, part))),
  place.map((part) => (bytes: Buffer) => bytes.subarray(at(bytes, part))),
  // Something in between, in the place of something else or not.
  fc.tuple(place, inserted, fc.boolean()).map(([part, put, over]) => (bytes: Buffer) => {
    const cut = at(bytes, part);
    return Buffer.concat([bytes.subarray(0, cut), put, bytes.subarray(over ? cut + put.length : cut)]);
  }),
  // A part that is missing, that is there twice, or that has changed places.
  fc.tuple(place, place).map(([a, b]) => (bytes: Buffer) => {
    const [from, to] = range(bytes, a, b);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  }),
  fc.tuple(place, place).map(([a, b]) => (bytes: Buffer) => {
    const [from, to] = range(bytes, a, b);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  }),
  fc.tuple(place, place, place).map(([a, b, c]) => (bytes: Buffer) => {
    const [from, to] = range(bytes, a, b);
    const rest = Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
    const cut = at(rest, c);
    return Buffer.concat([rest.subarray(0, cut), bytes.subarray(from, to), rest.subarray(cut)]);
  }),
);

const LARGEST = 20_000;

/** What is right, damaged in one place or a few. It may come out as it was. */
export function mutated(valid: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(valid, fc.oneof(fc.array(damages, { minLength: 1, maxLength: 2 }), fc.array(damages, { maxLength: 5 })))
    .map(([bytes, all]) => all.reduce((damaged, damage) => damage(damaged).subarray(0, LARGEST), bytes));
}

/** The same for a text, one byte a character. */
export function mutatedText(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return mutated(valid.map((text) => Buffer.from(text, 'latin1'))).map((bytes) => bytes.toString('latin1'));
}

/** Texts of any characters, lone halves of pairs included. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 300 }),
  fc.array(fc.nat(0xffff), { maxLength: 100 }).map((codes) => String.fromCharCode(...codes)),
);
