import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { changesBetween, mergeChanges } from '../../libs/sessions/src/core/changes.js';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { bounded } from '../security/support/bounded.js';
import { fuzz } from './support/fuzz.js';
import { sessionTexts } from './support/json-texts.js';
import { anyText, mutatedText } from './support/mutations.js';

const { loads, dumps } = jsonSerializer;

/** What JSON reads, once Python's three words for numbers are texts. */
const asJson = (text: string) =>
  JSON.parse(
    text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) => (token.startsWith('"') ? token : `"${token}"`)),
  ) as unknown;

describe('session data', () => {
  fuzz(
    'come back character by character',
    [sessionTexts],
    (text) => {
      const data = bounded(() => loads(text));
      if (Object.getPrototypeOf(data) !== null) throw new Error('The data have a prototype.');
      if (dumps(data) !== text) throw new Error(`They came back as ${dumps(data)}`);
      return 'the same';
    },
    { outcomes: ['the same'] },
  );

  fuzz(
    'that are damaged are refused, or are JSON all the same',
    [mutatedText(sessionTexts)],
    (text) => {
      let data;
      try {
        data = bounded(() => loads(text));
      } catch (error) {
        if (error instanceof SyntaxError) return 'refused';
        throw error;
      }
      const written = dumps(data);
      asJson(written);
      if (dumps(loads(written)) !== written) throw new Error(`${written} is something else the second time.`);
      return 'read';
    },
    { outcomes: ['refused', 'read'] },
  );

  test.each(['01', '-01', '1.', '01.0', '1.e5', '1e', '1e+', '.5', '+1', '1_000', '0x10', 'Infinityx', '--1'])(
    'that hold the number %s, which is none, are refused',
    (number) => {
      for (const text of [`{"a":${number}}`, `{"a":${number},"b":1.0}`, `{"b":[1.0,${number}]}`]) {
        expect(() => loads(text)).toThrow(SyntaxError);
      }
    },
  );

  fuzz('that are any text are refused, or are an object', [anyText], (text) => {
    try {
      const data = bounded(() => loads(text));
      if (Object.getPrototypeOf(data) !== null) throw new TypeError('The data have a prototype.');
      return 'read';
    } catch (error) {
      if (error instanceof SyntaxError) return 'refused';
      throw error;
    }
  });

  fuzz(
    'of two requests are merged, key by key, whatever the keys are',
    [sessionTexts, sessionTexts, sessionTexts],
    (base, mine, theirs) => {
      const [before, own, other] = [loads(base), loads(mine), loads(theirs)];
      const merged = loads(theirs);
      const changes = changesBetween(before, own, jsonSerializer);
      try {
        mergeChanges(changes, own, changesBetween(before, other, jsonSerializer), merged);
      } catch (error) {
        if ((error as { code?: string }).code === 'SESSION_CONFLICT') return 'in conflict';
        throw error;
      }
      // Everything of mine that changed is there, and everything of theirs that I left alone.
      for (const [key, text] of changes) {
        if (Object.hasOwn(merged, key) !== (text !== null)) throw new Error(`${key} is lost, or is back`);
      }
      for (const key of Object.keys(other)) {
        if (!changes.has(key) && !Object.hasOwn(merged, key)) throw new Error(`${key} of the other is lost`);
      }
      if (Object.getPrototypeOf(merged) !== null) throw new Error('The data have a prototype.');
      dumps(merged);
      return 'merged';
    },
    { share: 0.5, outcomes: ['merged'] },
  );

  fuzz(
    'may be nested as deep as they like',
    [fc.integer({ min: 1, max: 200_000 }), fc.boolean()],
    (depth, withFloat) => {
      const text = `{"a":${'['.repeat(depth)}${withFloat ? '1.0' : ''}${']'.repeat(depth)}}`;
      try {
        const data = bounded(() => loads(text), 1000);
        return Object.hasOwn(data, 'a') ? 'read' : 'lost';
      } catch (error) {
        // The stack has an end, which is an error like others, and makes no session of it.
        if (error instanceof RangeError || error instanceof SyntaxError) return 'refused';
        throw error;
      }
    },
    { share: 0.005, outcomes: ['read'] },
  );
});
