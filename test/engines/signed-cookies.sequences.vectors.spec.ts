import { beforeEach, describe, expect, test } from '@jest/globals';
import { SignedCookiesStore } from '../support/signed-cookies-store.js';
import { type Departures, playSequence, titleOf } from '../support/play-sequences.js';
import { vectors } from '../support/vectors.js';

const SIGNED = expect.stringMatching(/:1r31eq:/);

/** Design 3: `create` answers the key, and with cookies the key is the data. */
const created = (step: number, instead: Record<string, unknown> = {}) => ({
  step,
  instead: { key: SIGNED, empty: false, ...instead },
  why: 'create() makes the cookie that it says it has made',
});
const LEAVES_DJANGO: Departures = {
  'mutate-inside/signed_cookies': {
    steps: [{ step: 3, instead: { modified: true }, why: 'nested changes are noticed' }],
  },
  'create/signed_cookies': {
    steps: [
      created(0, { accessed: true }),
      created(1, { accessed: true }),
      created(2, { accessed: true }),
      created(3),
      created(4),
    ],
  },
  'create-keeps-loaded-data/signed_cookies': {
    steps: [created(1), created(2), created(3), created(4, { result: [['cat', 'dog']], data: { cat: 'dog' } })],
  },
  'save-without-loading/signed_cookies': {
    steps: [
      {
        step: 4,
        instead: { modified: false },
        why: 'that there is a newer cookie is seen by its key at the end of the request, and not by `modified`',
      },
    ],
  },
  'unknown-key-load/signed_cookies': {
    steps: [{ step: 0, instead: { modified: false }, why: 'what is loaded shows when it is used' }],
  },
};

const cookies = new SignedCookiesStore();
beforeEach(() => cookies.wipe());

const cases = vectors('sequences', 'sequences').filter(({ in: given }) => given.engine === 'signed_cookies');

describe('the session object in signed cookies does what Django does, call by call', () => {
  test.each(cases.map((vector) => ({ vector, title: titleOf(vector, LEAVES_DJANGO) })))('$title', ({ vector }) =>
    playSequence(cookies, vector, LEAVES_DJANGO),
  );
});
