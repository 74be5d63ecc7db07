import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SessionsOptionsError } from 'nestjs-django-sessions';
import { databasesThatAnswer } from '../support/databases.js';
import { DatabaseStore } from '../support/database-store.js';
import { RequestPlayer } from '../support/play-requests.js';
import { type Vector, vectors } from '../support/vectors.js';

/** Settings that give cookies no browser takes: refused before the first request. */
const REFUSED_AT_START = [
  'samesite-wrong/db',
  'host-prefix-set/db',
  'host-prefix-delete/db',
  'secure-prefix-delete/db',
  'delete-samesite-none/db',
];

type Departures = Record<string, { out: Record<string, unknown>; why: string }>;

/** Where ours differs on purpose, with the part of design it rests on. */
const LEAVES_DJANGO: Departures = {
  'cycle-500/db': {
    out: { set_cookie: [expect.stringMatching(/^sessionid=newkey0+1; expires=/)], vary: ['Cookie'] },
    why: 'a key that was changed in the store is told, also on 5xx',
  },
  'save-every-unknown/db': {
    out: { set_cookie: [expect.stringMatching(/^sessionid=""; expires=Thu, 01 Jan 1970/)], stored: [] },
    why: 'saveEveryRequest stores no empty session for an unknown key',
  },
  'nested-change-not-saved/db': {
    out: {
      set_cookie: [expect.stringMatching(/^sessionid=yshvjy43/)],
      stored: [expect.objectContaining({ data: { in: { x: 2 } } })],
    },
    why: 'nested changes are noticed',
  },
};

/** What only shows when the session was loaded before the view. */
const LEAVES_DJANGO_EARLY: Departures = {
  'interrupted-unread/db': {
    out: { set_cookie: [] },
    why: 'it was loaded before the other request ended it, and nothing was written to it',
  },
};

const cases = vectors('requests', 'requests').filter(({ in: given }) => given.engine === 'db');
const served = cases.filter(({ name }) => !REFUSED_AT_START.includes(name));

describe.each(await databasesThatAnswer())('on %s', (kind) => {
  let database: DatabaseStore;
  let player: RequestPlayer;
  beforeAll(async () => {
    database = await DatabaseStore.open(kind);
    player = new RequestPlayer(database);
  });
  afterAll(async () => {
    await player.close();
    await database.close();
  });

  describe.each([
    { loadEarly: false, how: 'the session is loaded when the view first uses it' },
    { loadEarly: true, how: 'the session is loaded before the view, by @Session()' },
  ])("a request ends as Django's would; $how", ({ loadEarly }) => {
    const leaves = loadEarly ? { ...LEAVES_DJANGO, ...LEAVES_DJANGO_EARLY } : LEAVES_DJANGO;
    const title = ({ name }: Vector) => name + (leaves[name] ? `: ${leaves[name].why}` : '');
    test.each(served.map((vector) => ({ vector, title: title(vector) })))('$title', async ({ vector }) => {
      const { out } = vector;
      const { cacheControl, ...seen } = await player.play(vector, loadEarly);
      expect(seen).toEqual({
        status: Number(out.status.split(' ')[0]),
        set_cookie: out.set_cookie,
        vary: out.vary,
        stored: out.stored,
        ...leaves[vector.name]?.out,
      });
      expect(cacheControl).toBe(seen.set_cookie.length > 0 ? 'no-store' : null);
    });
  });

  test.each(cases.filter(({ name }) => REFUSED_AT_START.includes(name)))(
    '$name: settings that no browser would obey are refused at start-up',
    async (vector) => {
      await expect(player.play(vector, false)).rejects.toThrow(SessionsOptionsError);
    },
  );
});
