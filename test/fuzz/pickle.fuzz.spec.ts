import { describe } from '@jest/globals';
import * as fc from 'fast-check';
import { OP } from '../../libs/sessions/src/cache/pickle-opcodes.js';
import { pickleComment } from '../../libs/sessions/src/cache/pickle-reader.js';
import { pickleToJson } from '../../libs/sessions/src/cache/pickle-to-json.js';
import { jsonToPickle } from '../../libs/sessions/src/cache/pickle-writer.js';
import { SessionValueError } from '../../libs/sessions/src/core/errors.js';
import { bounded } from '../security/support/bounded.js';
import { vectors } from '../support/vectors.js';
import { fuzz } from './support/fuzz.js';
import { sessionTexts } from './support/json-texts.js';
import { mutated } from './support/mutations.js';

/** What Python allows a pickle to stand for: a few bytes may refer to one list over and over. */
const MOST = 1000;

const ofDjango = vectors('cache', 'pickles')
  .flatMap(({ out }) => Object.values(out as Record<string, string>))
  .map((base64) => Buffer.from(base64, 'base64'))
  .filter(({ length }) => length < 5000);
const whole = fc.oneof(
  fc.constantFrom(...ofDjango),
  sessionTexts.map((text) => jsonToPickle(text)),
);
const opcode = fc.constantFrom(...Object.values(OP));

/** Pickles with a few opcodes put in, or in the place of others. */
const recoded = fc
  .tuple(
    whole,
    fc.array(fc.tuple(fc.noBias(fc.nat(9999)), fc.array(opcode, { minLength: 1, maxLength: 3 }), fc.boolean()), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([bytes, changes]) =>
    changes.reduce((changed, [part, put, over]) => {
      const at = Math.floor((part / 10_000) * changed.length);
      return Buffer.concat([changed.subarray(0, at), Buffer.from(put), changed.subarray(over ? at + put.length : at)]);
    }, bytes),
  );
const byChance = fc
  .array(fc.oneof(opcode, fc.nat(255)), { maxLength: 200 })
  .map((codes) => Buffer.from([OP.PROTO, 4, ...codes, OP.STOP]));

function read(bytes: Buffer): string {
  try {
    const json = bounded(() => pickleToJson(bytes), MOST);
    // What was read is JSON of a dict, and can be written and read again.
    if (pickleToJson(jsonToPickle(json)) !== json) throw new Error('It is not the same again.');
    return 'read';
  } catch (error) {
    if (isRefusal(error)) return 'refused';
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof SessionValueError ||
    (error instanceof SyntaxError && error.message.startsWith('not a pickle of session data: '))
  );
}

describe('a pickle', () => {
  fuzz('of a session says what the session says', [sessionTexts], (text) => {
    const json = pickleToJson(jsonToPickle(text));
    if (pickleToJson(jsonToPickle(json)) !== json) throw new Error(json);
    return 'the same';
  });

  fuzz('that is damaged is read as data, or refused', [fc.oneof(mutated(whole), recoded)], read, {
    share: 2,
    outcomes: ['read', 'refused'],
  });

  fuzz('of bytes and opcodes by chance is read as data, or refused', [byChance], read, {
    share: 2,
    outcomes: ['refused'],
  });

  fuzz(
    'has a comment, or none, whatever it is made of',
    [
      fc.oneof(
        mutated(whole.map((bytes) => bytes)),
        mutated(sessionTexts.map((text) => jsonToPickle(text, 'a comment'))),
        byChance,
      ),
    ],
    (bytes) => {
      try {
        return bounded(() => pickleComment(bytes)) === undefined ? 'none' : 'a comment';
      } catch (error) {
        if (isRefusal(error)) return 'refused';
        throw error;
      }
    },
    { outcomes: ['none', 'a comment'] },
  );
});
