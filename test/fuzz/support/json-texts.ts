import * as fc from 'fast-check';

/** A text as Python's `json.dumps` writes it: without blanks, pure ASCII. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', '__proto__', 'constructor', 'toJSON', 'then', 'length', 'NaN', '1.0', '"', '\\', '\ud800', '\0'),
);

/** Names that mean something to JavaScript, or to us, among others. */
export const names = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'prototype',
    'hasOwnProperty',
    'toString',
    'valueOf',
    'toJSON',
    'then',
  ),
  fc.constantFrom('_session_expiry', '_session_started', '_auth_user_id', 'testcookie'),
  fc.nat().map(String),
  fc.constantFrom('0', '10', '9', '-1', '01', '4294967295', '4294967294', '1e3'),
);

const digits = (most: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: most });
const integers = fc
  .tuple(fc.constantFrom('', '-'), fc.constantFrom(...'123456789'), digits(40))
  .map((parts) => parts.join(''));
/** Numbers as Python writes them: it tells integers, of any length, from floats. */
const numbers = fc.oneof(
  fc.integer().map(String),
  integers,
  fc.constantFrom('0', '1.0', '-0.0', '0.1', '1e+16', '1e-07', '1.5e+300', '-1.7976931348623157e+308', '5e-324'),
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '-0', '100000000000000000000', '9007199254740993'),
);

const { value } = fc.letrec<{ value: string; list: string; dict: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    numbers,
    texts.map(quoted),
    fc.constantFrom('null', 'true', 'false'),
    tie('list'),
    tie('dict'),
  ),
  list: fc.array(tie('value'), { maxLength: 5 }).map((values) => `[${values.join(',')}]`),
  dict: members(tie('value')),
}));

function members(values: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .uniqueArray(fc.tuple(names, values), { selector: ([name]) => name, maxLength: 6 })
    .map((all) => `{${all.map(([name, text]) => `${quoted(name)}:${text}`).join(',')}}`);
}

/** Session data as a Django, or we, may have written them. */
export const sessionTexts: fc.Arbitrary<string> = members(value);
