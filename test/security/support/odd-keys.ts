const KEY = 'abcdefghijklmnopqrstuvwxyz012345';

/** Texts that a visitor may send for a key, and that no store may ever be asked for. */
export const ODD_KEYS: readonly string[] = [
  '',
  ' ',
  '""',
  '0',
  'null',
  'a'.repeat(7),
  'a'.repeat(41),
  'a'.repeat(100_000),
  // Capitals, which a database that compares without regard to them would find.
  KEY.toUpperCase(),
  `${KEY} `,
  `${KEY}\0`,
  `${KEY}\n`,
  `${KEY}\r\nset x 0 0 1`,
  // Other ways to write the same: percent, plus, HTML, JavaScript, UTF-8 read as Latin-1.
  '%61bcdefghijklmnopqrstuvwxyz012345',
  `${KEY.slice(0, -1)}%35`,
  '&#97;bcdefghijklmnopqrstuvwxyz012345',
  '\\u0061bcdefghijklmnopqrstuvwxyz012345',
  // What looks alike, or becomes alike in small letters or when it is normalized.
  'аbcdefghijklmnopqrstuvwxyz012345',
  'ａbcdefghijklmnopqrstuvwxyz012345',
  'abcdefghij\u212Almnopqrstuvwxyz012345',
  'abcdefghijklmnopqr\u017Ftuvwxyz012345',
  'a\u0301bcdefghijklmnopqrstuvwxyz01234',
  'abcdefghijklmnopqrstuvwxyz01234\u0665',
  'abcdefgh\u200Bijklmnop',
  '\uD800'.repeat(16),
  '😀'.repeat(8),
  // Paths, patterns, statements.
  '../../../../../../etc/passwd',
  '..\\..\\windows\\win.ini',
  '/etc/passwd',
  'aaaaaaaa/../sessionidbbbbbbbb',
  '........',
  '********',
  '%%%%%%%%',
  '________',
  "' OR '1'='1",
  "'; DROP TABLE django_session; --",
  '{"$gt":""}',
  '[object Object]',
  '__proto__',
  'hasOwnProperty',
];
