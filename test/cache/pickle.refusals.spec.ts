import { describe, expect, test } from '@jest/globals';
import { MAX_DEPTH } from '../../libs/sessions/src/cache/pickle-opcodes.js';
import { pickleComment } from '../../libs/sessions/src/cache/pickle-reader.js';
import { pickleToJson } from '../../libs/sessions/src/cache/pickle-to-json.js';
import { jsonToPickle } from '../../libs/sessions/src/cache/pickle-writer.js';

/** Opcodes as Python's `pickletools` shows them: text is text, numbers are bytes. */
const pickle = (...parts: (string | number | number[])[]) =>
  Buffer.concat([
    Buffer.of(0x80, 4),
    ...parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part].flat()))),
  ]);
const text = (value: string) => [0x8c, value.length, ...Buffer.from(value, 'latin1')];
const u32 = (value: number) => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24];
/** A dict of one member. */
const member = (key: string, ...value: (string | number | number[])[]) => pickle('}', text(key), ...value, 's.');
const global = (module: string, name: string) => [...text(module), ...text(name), 0x93];

describe('objects are named, with the path, and never made', () => {
  test.each([
    ['a class', [global('decimal', 'Decimal'), text('1.5'), 0x85, 'R'], 'k is a decimal.Decimal'],
    ['an old global', ['cdecimal\nDecimal\n', text('1.5'), 0x85, 'R'], 'k is a decimal.Decimal'],
    ['a new object with a state', [global('app', 'Cart'), ')', 0x81, '}', 'b'], 'k is a app.Cart'],
    ['a new object with keywords', [global('app', 'Cart'), ')', '}', 0x92], 'k is a app.Cart'],
    ['a class itself', [global('app', 'Cart')], 'k is a reference to app.Cart'],
    ['a list of a kind of its own', [global('collections', 'deque'), ')R', '(K', 1, 'e'], 'k is a collections.deque'],
    [
      'a dict of a kind of its own',
      [global('collections', 'OrderedDict'), ')R', text('a'), 'K', 1, 's'],
      'k is a collections.OrderedDict',
    ],
    ['a command', [global('posix', 'system'), text('touch /tmp/pwned'), 0x85, 'R'], 'k is a posix.system'],
    ['a frozen set', ['(K', 1, 0x91], 'k is a frozenset'],
    ['bytes', ['C', 1, 'x'], 'k is bytes'],
    ['bytes in a list', [']', 'C', 1, 'x', 'a'], 'k[0] is bytes'],
    [
      'bytes deep inside',
      ['}', text('odd key'), '(', ']C', 1, 'xa', 'l'.slice(1), 't', 's'],
      'k["odd key"][0][0] is bytes',
    ],
    ['a name that would break a line', [global('a\nb', 'c'), ')R'], 'k is a a?b.c'],
  ])('%s', (_, value, message) => {
    expect(() => pickleToJson(member('k', ...(value as (string | number | number[])[])))).toThrow(
      `session value ${message}, which JSON cannot carry back; the session stays in the cache as it is`,
    );
  });

  test('a name is shown in part, however long it is', () => {
    const long = pickle('}', text('k'), 'X', u32(5000), 'm'.repeat(5000), text('n'), 0x93, 's.');
    expect(() => pickleToJson(long)).toThrow(new RegExp(`^session value k is a reference to m{100}, which`));
  });
});

describe('dates', () => {
  const date = (...bytes: number[]) => ['C', 10, bytes];
  const wall = [7, 238, 1, 2, 3, 4, 5, 0, 0, 6];
  const zone = (days: number, seconds: number) => [
    global('datetime', 'timezone'),
    global('datetime', 'timedelta'),
    ['J'.charCodeAt(0), ...u32(days)],
    ['J'.charCodeAt(0), ...u32(seconds)],
    'K',
    0,
    0x87,
    'R',
    0x85,
    'R',
  ];
  const expiry = (...parts: (string | number | number[])[]) =>
    member('_session_expiry', global('datetime', 'datetime'), ...parts, 'R');

  test.each([
    ['without a zone', [...date(...wall), 0x85], '2030-01-02T03:04:05.000006'],
    ['without a fraction', [...date(7, 238, 1, 2, 3, 4, 5, 0, 0, 0), 0x85], '2030-01-02T03:04:05'],
    [
      'the second of two equal times in autumn',
      [...date(7, 238, 0x81, 2, 3, 4, 5, 0, 0, 6), 0x85],
      '2030-01-02T03:04:05.000006',
    ],
    ['ahead of UTC', [...date(...wall), ...zone(0, 19_800), 0x86], '2030-01-02T03:04:05.000006+05:30'],
    ['behind UTC', [...date(...wall), ...zone(-1, 68_400), 0x86], '2030-01-02T03:04:05.000006-05:00'],
    ['with seconds in the offset', [...date(...wall), ...zone(0, 3601), 0x86], '2030-01-02T03:04:05.000006+01:00:01'],
    ["in Django 3.2's UTC", [...date(...wall), global('pytz', '_UTC'), ')R', 0x86], '2030-01-02T03:04:05.000006+00:00'],
  ])('an expiry %s is its ISO text', (_, parts, iso) => {
    expect(pickleToJson(expiry(...(parts as (string | number | number[])[])))).toBe(`{"_session_expiry":"${iso}"}`);
  });

  test.each([
    ['that is none', [...date(7, 238, 2, 30, 3, 4, 5, 0, 0, 6), 0x85]],
    ['with a second too many', [...date(7, 238, 1, 2, 3, 4, 60, 0, 0, 6), 0x85]],
    ['of too few bytes', ['C', 3, [1, 2, 3], 0x85]],
    ['in a zone we do not know', [...date(...wall), global('pytz', '_p'), text('Europe/Berlin'), 0x85, 'R', 0x86]],
    ['two days from UTC', [...date(...wall), ...zone(2, 0), 0x86]],
  ])('an expiry %s is refused', (_, parts) => {
    expect(() => pickleToJson(expiry(...(parts as (string | number | number[])[])))).toThrow(
      'session value _session_expiry is a datetime.datetime, which JSON cannot carry back',
    );
  });

  test('a date one level below is none of the expiry', () => {
    const inner = pickle(
      '}',
      text('a'),
      '}',
      text('_session_expiry'),
      global('datetime', 'datetime'),
      ...date(...wall),
      0x85,
      'Rss.',
    );
    expect(() => pickleToJson(inner)).toThrow('session value a._session_expiry is a datetime.datetime');
  });
});

describe('what is no pickle of data', () => {
  const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
  test.each([
    ['nothing', Buffer.alloc(0), 'it ends too early'],
    ['JSON', Buffer.from('{"a":1}'), 'it does not begin like one'],
    ['protocol 0', Buffer.from('(dp0\n.'), 'it does not begin like one'],
    ['protocol 6', Buffer.of(0x80, 6, 0x7d, 0x2e), 'its protocol is newer than 5'],
    ['no dict', pickle('N.'), 'it holds no dict'],
    ['no end', pickle('}'), 'it ends too early'],
    ['an empty stack', pickle('.'), 'it takes more than there is'],
    ['more taken than is above the mark', pickle('}(s.'), 'it takes more than there is'],
    ['a key without a value', pickle('}(', text('a'), 'u.'), 'a key has no value'],
    ['items for a text', pickle(text('a'), 'K', 1, 'a.'), 'items belong to no list'],
    ['members for a text', pickle(text('a'), 'K', 1, 'K', 1, 's.'), 'members belong to no dict'],
    ['a state for a dict', pickle('}}b.'), 'a state belongs to no object'],
    ['a call of a dict', pickle('})R.'), 'something is called that is no function'],
    ['a global without a name', pickle('K', 1, 'K', 1, 0x93, '.'), 'a global has no name'],
    ['a memo that is empty', pickle('h', 9, '.'), 'it refers to what is not there'],
    ['a text longer than the rest', pickle('X', u32(0xffffffff), 'abc'), 'it ends too early'],
    ['a text of eight exabytes', pickle(0x8d, huge, 'abc'), 'it ends too early'],
    ['bytes of eight exabytes', pickle(0x8e, huge, 'abc'), 'it ends too early'],
    ['an integer of two gigabytes', pickle(0x8b, [0xff, 0xff, 0xff, 0x7f], 'abc'), 'an integer has 2147483647 bytes'],
    ['an integer of less than no bytes', pickle(0x8b, u32(0xffffffff), 'abc'), 'it ends too early'],
    ['a text that is not UTF-8', pickle('X', u32(1), 0xff, '.'), 'a text in it is not UTF-8'],
    [
      'a text with half a surrogate and damage',
      pickle('X', u32(4), [0xed, 0xa0, 0x80, 0xff], '.'),
      'a text in it is not UTF-8',
    ],
    ['a persistent id', pickle(text('a'), 'Q.'), 'opcode 0x51 at byte 5 is none of data'],
    ['an extension', pickle(0x82, 1, '.'), 'opcode 0x82 at byte 2 is none of data'],
    ['an instance of protocol 0', pickle('(iapp\nCart\n.'), 'opcode 0x69 at byte 3 is none of data'],
    ['out-of-band data', pickle(0x97, '.'), 'opcode 0x97 at byte 2 is none of data'],
  ])('%s', (_, bytes, why) => {
    expect(() => pickleToJson(bytes)).toThrow(new SyntaxError(`not a pickle of session data: ${why}`));
  });

  test('a memo may be put anywhere, and takes no room for it', () => {
    const far = pickle('}', 'r', u32(0xfffffff0), text('a'), 'K', 1, 's0', 'j', u32(0xfffffff0), '.');
    expect(pickleToJson(far)).toBe('{"a":1}');
  });

  test('a mark with nothing above it can be taken away, as in Python', () => {
    expect(pickleToJson(pickle('}(0.'))).toBe('{}');
  });
});

describe('bounds', () => {
  test('a list of itself', () => {
    expect(() => pickleToJson(member('k', ']', 'q', 0, 'h', 0, 'a'))).toThrow('session value k[0] contains itself');
  });

  test('a dict of itself', () => {
    expect(() => pickleToJson(pickle('}q', 0, text('k'), 'h', 0, 's.'))).toThrow('session value k contains itself');
  });

  test('lists of one list twice, forty times over', () => {
    const steps = Array.from({ length: 40 }, (_, n) => [']'.charCodeAt(0), 0x71, n + 1, 0x28, 0x68, n, 0x68, n, 0x65]);
    const bomb = member('k', ']', 'q', 0, ...steps.map((step) => [0x30, ...step]));
    expect(bomb.length).toBeLessThan(500);
    // Of the 2 ** 40 values that it stands for.
    expect(() => pickleToJson(bomb)).toThrow('it stands for more than 2000000 values');
  });

  test('a text of a million, repeated', () => {
    const again = Array.from({ length: 5000 }, () => [0x68, 0]);
    const bomb = member('k', '](X', u32(1_000_000), 'x'.repeat(1_000_000), 'q', 0, ...again, 'e');
    expect(() => pickleToJson(bomb)).toThrow('it stands for more than 67108864 characters');
  });

  test('more parts than a session ever has', () => {
    expect(() => pickleToJson(pickle(']'.repeat(1_000_001)))).toThrow('it has more than 1000000 parts');
  });

  test('more bytes than a session ever has', () => {
    expect(() => pickleToJson(Buffer.alloc(64 * 1024 * 1024 + 1, 0x80))).toThrow('it has 67108865 bytes');
  });

  test('as deep as Python goes, and no deeper', () => {
    const nested = (depth: number) => `{"k":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const deepest = nested(MAX_DEPTH);
    expect(pickleToJson(jsonToPickle(deepest))).toBe(deepest);
    expect(() => jsonToPickle(nested(MAX_DEPTH + 1))).toThrow('Session data is nested more than 1000 levels deep.');
    expect(() => jsonToPickle(nested(1_000_000))).toThrow('Session data is nested more than 1000 levels deep.');
    const deep = member('k', ']'.repeat(100_000), 'a'.repeat(99_999));
    expect(() => pickleToJson(deep)).toThrow('is nested more than 1000 levels deep');
  });

  test('an integer of a hundred thousand digits, and one more', () => {
    const largest = `{"n":-${'9'.repeat(99_999)}}`;
    expect(pickleToJson(jsonToPickle(largest))).toBe(largest);
    expect(() => jsonToPickle(`{"n":${'9'.repeat(100_001)}}`)).toThrow(
      'Session data holds an integer of 100001 digits.',
    );
  });

  test('texts of many megabytes', () => {
    const large = JSON.stringify({ plain: 'x'.repeat(10_000_000), escaped: '"'.repeat(3_000_000) });
    expect(pickleToJson(jsonToPickle(large))).toBe(large);
  });
});

describe('text that is no JSON is not pickled', () => {
  test.each([
    '',
    '{',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{a:1}',
    '[1,]',
    '[1 2]',
    '{"a":1}x',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":nul}',
    '{"a":"\n"}',
    '{"a":"x}',
    '{"a":"\\x"}',
    '{"a":"\\u12"}',
    "{'a':1}",
    '{"a":-}',
    '{"a":undefined}',
  ])('%j', (json) => {
    expect(() => jsonToPickle(json)).toThrow(
      /^Session data is not JSON \(at character \d+\), so it cannot be stored as a pickle\.$/,
    );
  });

  test('blanks are', () => {
    expect(pickleToJson(jsonToPickle(' {\t"a" :\r\n[ 1 , 2 ] , "b" : { } } '))).toBe('{"a":[1,2],"b":{}}');
  });
});

describe('a comment', () => {
  test('is none where nobody put one', () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.of(0x80),
      Buffer.of(0x80, 4, 0x58, 1),
      jsonToPickle('{}'),
      Buffer.from('{"a":1}'),
    ])
      expect(pickleComment(bytes)).toBeUndefined();
  });
});
