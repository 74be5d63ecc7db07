import { afterAll, beforeEach, describe, test } from '@jest/globals';
import { FileStore } from '../support/file-store.js';
import { type Departures, playSequence, titleOf } from '../support/play-sequences.js';
import { vectors } from '../support/vectors.js';

const FIRST_KEY = 'newkey00000000000000000000000001';

/** Design 6.4: an expired session is no session. Django deletes it and makes up an empty one. */
const expired = (step: number, instead: Record<string, unknown> = {}) => ({
  step,
  instead: { key: null, empty: true, modified: false, ...instead },
  why: 'an expired session is no session, and reading deletes nothing',
});
const left = (data: Record<string, unknown>) => [
  { where: 'file', name: `sessionid${FIRST_KEY}`, mode: '0o600', mtime: 1700000000.75, data },
];
const numberCounts = (step: number, instead: Record<string, unknown>) => ({
  step,
  instead: { key: null, empty: true, data: {}, ...instead },
  why: "a number of seconds counts from the file's date",
});
const oddKey = (instead: Record<string, unknown>) => ({
  step: 0,
  instead: { result: null, ...instead },
  why: 'a key that no session can have names none: to end it is no error',
});

const LEAVES_DJANGO: Departures = {
  'mutate-inside/file': { steps: [{ step: 3, instead: { modified: true }, why: 'nested changes are noticed' }] },
  'unknown-key-save-unloaded/file': {
    steps: [{ step: 0, instead: { key: null, empty: true }, why: 'a key under which nothing was stored is not shown' }],
  },
  'no-resurrect-load/file': {
    steps: [{ step: 4, instead: { key: FIRST_KEY }, why: 'load() loads once; what is loaded stays' }],
  },
  'odd-key-flush/file': { steps: [oddKey({ key: null, empty: true })] },
  'odd-key-delete/file': { steps: [oddKey({})] },
  'expiry-int/file': { steps: [numberCounts(9, { result: [] }), numberCounts(10, {})] },
  'expiry-delta/file': {
    steps: [expired(9), expired(10, { result: true })],
    stored: left({ _session_expiry: '2023-11-14T22:15:00.750000+00:00', cat: 'dog' }),
  },
  'expiry-default/file': {
    steps: [expired(8), expired(9, { result: true })],
    stored: left({ cat: 'dog' }),
  },
  'expiry-exactly-now/file': { steps: [expired(5)], stored: left({ cat: 'dog' }) },
  'expiry-past-int/file': { steps: [expired(5)], stored: left({ cat: 'dog', _session_expiry: -10 }) },
  'expiry-past-delta/file': {
    steps: [expired(5)],
    stored: left({ cat: 'dog', _session_expiry: '2023-11-14T22:13:10.750000+00:00' }),
  },
  'expiry-zero/file': { steps: [expired(8)], stored: left({ cat: 'dog', _session_expiry: 0 }) },
  'cookie-age-setting/file': { steps: [expired(5)], stored: left({}) },
};

const files = new FileStore();
beforeEach(() => files.wipe());
afterAll(() => files.close());

const cases = vectors('sequences', 'sequences').filter(({ in: given }) => given.engine === 'file');

describe('the session object on files does what Django does, call by call', () => {
  test.each(cases.map((vector) => ({ vector, title: titleOf(vector, LEAVES_DJANGO) })))('$title', ({ vector }) =>
    playSequence(files, vector, LEAVES_DJANGO),
  );
});
