import { describe, expect, test } from '@jest/globals';
import { pickleToJson } from '../../libs/sessions/src/cache/pickle-to-json.js';
import { jsonToPickle } from '../../libs/sessions/src/cache/pickle-writer.js';
import { vectors } from '../support/vectors.js';

const pickles = vectors('cache', 'pickles');
const PROTOCOLS = ['protocol_2', 'protocol_3', 'protocol_4', 'protocol_5'] as const;
const bytes = (base64: string) => Buffer.from(base64, 'base64');

/** The JSON of the samples that are told as Python code. */
const PYTHON: Record<string, string> = {
  'long-string': JSON.stringify({ blob: 'x'.repeat(66_000) }),
  'long-list': JSON.stringify({ l: Array.from({ length: 1200 }, (_, n) => n) }),
  'many-keys': JSON.stringify(Object.fromEntries(Array.from({ length: 1100 }, (_, n) => [`k${n}`, n]))),
  'frame-edge': JSON.stringify(
    Object.fromEntries(Array.from({ length: 800 }, (_, n) => [`p${String(n).padStart(3, '0')}`, 'v'.repeat(90)])),
  ),
  datetime: '{"_session_expiry":"2030-01-02T03:04:05.000006+00:00"}',
  tuple: '{"t":[],"t1":[1],"t2":[1,2],"t3":[1,2,3],"t4":[1,2,3,4]}',
  'self-shared-list': '{"a":[1,2],"b":[1,2]}',
};

/** The samples JSON cannot carry back, and what is said of them. */
const REFUSED: Record<string, RegExp> = {
  'naive-datetime': /^session value d is a datetime\.datetime, which JSON cannot carry back/,
  bytes: /^session value b is bytes, which JSON cannot carry back/,
  set: /^session value s is a (?:set|builtins\.set|__builtin__\.set), which JSON cannot carry back/,
  'int-keys': /^session value data has a key that is an int, which JSON cannot carry back/,
};

describe.each(PROTOCOLS)('a pickle of Django in %s is read', (protocol) => {
  const readable = pickles.filter(({ name }) => !REFUSED[name]);

  test.each(readable)('$name', ({ name, in: given, out }) => {
    expect(pickleToJson(bytes(out[protocol]))).toBe(given.payload ?? PYTHON[name]);
  });

  test.each(pickles.filter(({ name }) => REFUSED[name]))('$name is refused, with the path', ({ name, out }) => {
    expect(() => pickleToJson(bytes(out[protocol]))).toThrow(REFUSED[name]!);
  });
});

describe('a pickle of ours says what the text says', () => {
  test.each(pickles.filter(({ in: given }) => given.payload !== undefined))('$name', ({ in: given }) => {
    const pickled = jsonToPickle(given.payload);
    expect(pickled.subarray(0, 2)).toEqual(Buffer.of(0x80, 4));
    expect(pickleToJson(pickled)).toBe(given.payload);
    expect(pickleToJson(jsonToPickle(given.payload, 'a comment'))).toBe(given.payload);
  });
});

describe.each(['redis', 'memcached'])('values as %s holds them', (section) => {
  test.each(vectors('cache', section))('$name is read, and what we write says the same', ({ in: given, out }) => {
    const value = bytes(out.value_b64);
    const json = pickleToJson(value);
    if (given.payload !== undefined) expect(json).toBe(given.payload);
    expect(pickleToJson(jsonToPickle(json))).toBe(json);
  });
});
