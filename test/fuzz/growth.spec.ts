import { describe, expect, test } from '@jest/globals';
import { MemcachedReplies } from '../../libs/sessions/src/cache/memcached-replies.js';
import { pickleToJson } from '../../libs/sessions/src/cache/pickle-to-json.js';
import { jsonToPickle } from '../../libs/sessions/src/cache/pickle-writer.js';
import { fromBase62 } from '../../libs/sessions/src/core/base62.js';
import { fromIsoText } from '../../libs/sessions/src/core/iso-time.js';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { CookieCipher } from '../../libs/sessions/src/engines/encrypted-cookies/cookie-cipher.js';
import { readSession } from '../../libs/sessions/src/http/session-cookies.js';
import { processorTime } from '../security/support/bounded.js';

/**
 * What is sixteen times as long may take sixteen times as long, and a good deal more before anything is
 * wrong: where time grows with the square, it is 256 times. Growth is looked at, and not a time: that
 * is another on every machine.
 */
const LONGER = 16;
const MOST = LONGER * 5;
/** Milliseconds; below, the clock tells more of itself than of the work. */
const MEASURABLE = 10;
const TRIES = 4;

type Shape = (length: number) => string;

/** The least time that some work took, of a few tries: whatever disturbs makes it longer. */
function least(work: () => unknown): number {
  const times = Array.from({ length: 3 }, () =>
    processorTime(() => {
      try {
        work();
      } catch {
        // A refusal is fine, too.
      }
    }),
  );
  return Math.min(...times);
}

function growsEvenly(read: (text: string) => unknown, shape: Shape, length: number): void {
  let growth = 0;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const [short, long] = [shape(length), shape(length * LONGER)];
    const [before, after] = [least(() => read(short)), least(() => read(long))];
    growth = after / Math.max(before, MEASURABLE / LONGER);
    if (growth <= MOST) return;
  }
  expect(growth).toBeLessThanOrEqual(MOST);
}

const times = (part: string) => (length: number) => part.repeat(Math.ceil(length / part.length)).slice(0, length);
const around =
  (before: string, part: string, after = '') =>
  (length: number) =>
    before + times(part)(length) + after;

/** `length` characters of the shorter text; the longer one is of 16 times as many. */
function readers(name: string, length: number, read: (text: string) => unknown, shapes: Record<string, Shape>): void {
  describe(name, () => {
    test.each(Object.entries(shapes))('%s', (_, shape) => growsEvenly(read, shape, length));
  });
}

const signs = Object.fromEntries(
  [...'=;"\\:.-_A0,{}[] \n'].map((char) => [`only ${JSON.stringify(char)}`, times(char)]),
);

describe('what is longer takes no longer than it has to', () => {
  readers('a Cookie header', 4000, (text) => readSession(text, 'sessionid', 2), {
    ...signs,
    'cookies of our name': times('sessionid=1;'),
    'parts of our name': times('sessionid.1=1;'),
    'octal escapes': around('sessionid="', '\\101', '"'),
    'quotes that are escaped': around('sessionid="', '\\"', '"'),
    'a quote without an end': around('sessionid="', '\\"'),
    'blanks on both sides': around('sessionid= ', ' ', ' x '),
  });

  const codec = new SessionCodec(['secret']);
  readers('a session_data text', 8000, (text) => codec.decode(text), {
    ...signs,
    'padding before something else': around('a', '=', 'b:1r31eq:x'),
    'a long signature': around('e30:1r31eq:', 'A'),
    'a long date': around('e30:', 'z', ':b1g3DkOjlPay9'),
  });

  const cipher = new CookieCipher(['secret'], 'sessionid');
  readers('an encrypted cookie', 8000, (text) => cipher.open(text), {
    ...signs,
    'a long body': (length) => `v1.${length}.${times('A')(length)}`,
    'a length without an end': around('v1.', '9'),
    'a body that says it is short': around('v1.60.', 'A'),
  });

  readers('the JSON of a session', 2000, (text) => jsonSerializer.loads(text), {
    ...signs,
    'a quote without an end': around('{"a":1.0,"', '\\"'),
    'escapes before a line break': around('{"a":1.0,"', '\\"', '\\\n'),
    'backslashes without an end': around('{"a":1.0,"', '\\'),
    'a string of escapes': around('{"a":1.0,"b":"', '\\"', '"}'),
    'one long number': around('{"a":', '9', '}'),
    'one long fraction': around('{"a":1.', '9', '}'),
    'signs of numbers': around('{"a":1.0', '-+eE.', '}'),
    'names that are numbers': (length) => `{${Array.from({ length: length / 10 }, (_, n) => `"${n}":1.0`).join(',')}}`,
    'one name again and again': around('{"a":1.0', ',"1":1', '}'),
    'lists in lists': (length) => `{"a":1.0,"b":${'['.repeat(length / 10)}${']'.repeat(length / 10)}}`,
    'blanks after a name': around('{"a":1.0,"1"', ' ', ':1}'),
  });

  readers('JSON that becomes a pickle', 8000, (text) => jsonToPickle(text), {
    ...signs,
    'a quote without an end': around('{"a":1.0,"', '\\"'),
    'a long string': around('{"a":"', 'é', '"}'),
    'a long number': around('{"a":1.', '9', '}'),
    'lists in lists': (length) => `{"a":${'['.repeat(length / 10)}${']'.repeat(length / 10)}}`,
  });

  readers('a pickle', 8000, (text) => pickleToJson(Buffer.from(text, 'latin1')), {
    ...signs,
    marks: around('\x80\x04', '('),
    'marks and tuples': around('\x80\x04', '(t'),
    'empty lists, remembered': around('\x80\x04', ']\x94'),
    'dicts in lists': around('\x80\x04', '](}'),
    'a line without an end': around('\x80\x04', 'c'),
    'lone halves of pairs': (length) => `\x80\x04}X${size(length)}${times('\xed\xa0\x80')(length)}Ns.`,
  });

  readers('a number in base 62', 8000, fromBase62, signs);

  readers('an ISO date', 8000, (text) => fromIsoText(text, 'UTC'), {
    ...signs,
    'a long fraction': around('2026-01-01T00:00:00.', '9', 'Z'),
    'a long offset': around('2026-01-01T00:00:00+', '00:'),
  });

  readers('answers of Memcached', 8000, (text) => new MemcachedReplies().read(Buffer.from(text, 'latin1')), {
    ...signs,
    'many answers at once': times('HD c1\r\n'),
    'many values at once': times('VA 1 f0\r\nx\r\n'),
    'an answer of many flags': around('HD', ' c1', '\r\n'),
  });
});

function size(length: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(length);
  return bytes.toString('latin1');
}
