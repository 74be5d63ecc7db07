import { afterAll, describe, expect, test } from '@jest/globals';
import { FileStore } from '../support/file-store.js';
import { RequestPlayer } from '../support/play-requests.js';
import { type Vector, vectors } from '../support/vectors.js';

const files = new FileStore();
const player = new RequestPlayer(files);
afterAll(async () => {
  await player.close();
  files.close();
});

const REMOVED = expect.stringMatching(/^sessionid=""; expires=Thu, 01 Jan 1970/);

interface Departure {
  out: Record<string, unknown>;
  why: string;
}

const EXPIRED_FILE = {
  where: 'file',
  name: 'sessionidyshvjy43yzquvvq8lkcluulmjagcr41w',
  mtime: 1698790399.75,
  data: { a: 1 },
};

/** Where ours differs on purpose, with the part of design it rests on. */
const LEAVES_DJANGO: Record<string, Departure> = {
  'odd-cookie-flush/file': {
    out: { status: 200, set_cookie: [REMOVED], vary: ['Cookie'] },
    why: 'a key that no session can have names none: to end it is no error',
  },
  'save-every-unknown/file': {
    out: { set_cookie: [REMOVED], stored: [] },
    why: 'saveEveryRequest stores no empty session for an unknown key',
  },
  'expired/file': {
    out: { set_cookie: [REMOVED], stored: [EXPIRED_FILE] },
    why: 'an expired session is no session, and reading deletes nothing',
  },
  'expired-set/file': {
    out: { stored: [expect.objectContaining({ data: { cat: 'dog' } }), EXPIRED_FILE] },
    why: 'reading an expired session does not delete it',
  },
};

/** What only shows when the session was loaded before the view. */
const LEAVES_DJANGO_EARLY: Record<string, Departure> = {
  'interrupted-unread/file': {
    out: { set_cookie: [] },
    why: 'it was loaded before the other request ended it, and nothing was written to it',
  },
};

const cases = vectors('requests', 'requests').filter(({ in: given }) => given.engine === 'file');

describe.each([
  { loadEarly: false, how: 'the session is loaded when the view first uses it' },
  { loadEarly: true, how: 'the session is loaded before the view, by @Session()' },
])("a request ends as Django's would; $how", ({ loadEarly }) => {
  const leaves = loadEarly ? { ...LEAVES_DJANGO, ...LEAVES_DJANGO_EARLY } : LEAVES_DJANGO;
  const title = ({ name }: Vector) => name + (leaves[name] ? `: ${leaves[name].why}` : '');
  test.each(cases.map((vector) => ({ vector, title: title(vector) })))('$title', async ({ vector }) => {
    const { name, out } = vector;
    const { cacheControl, stored, ...seen } = await player.play(vector, loadEarly);
    expect({ ...seen, stored: stored!.map(withoutMode) }).toEqual({
      status: Number(out.status.split(' ')[0]),
      set_cookie: out.set_cookie,
      vary: out.vary,
      stored: out.stored,
      ...leaves[name]?.out,
    });
    expect(cacheControl).toBe(seen.set_cookie.length > 0 ? 'no-store' : null);
  });
});

function withoutMode(file: any): unknown {
  const { mode, ...rest } = file;
  expect(mode).toBe('0o600');
  return rest;
}
