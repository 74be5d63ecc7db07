import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CacheStore } from '../support/cache-store.js';
import { CachedDbStore } from '../support/cached-db-store.js';
import { RequestPlayer } from '../support/play-requests.js';
import { type Vector, vectors } from '../support/vectors.js';

const REMOVED = expect.stringMatching(/^sessionid=""; expires=Thu, 01 Jan 1970/);

interface Departure {
  out: Record<string, unknown>;
  why: string;
}

/** Where ours differs on purpose, with the part of design it rests on. */
const LEAVES_DJANGO: Record<string, Departure> = {};
/** What only shows when the session was loaded before the view. */
const LEAVES_DJANGO_EARLY: Record<string, Departure> = {};

for (const engine of ['cache', 'cached_db']) {
  LEAVES_DJANGO[`save-every-unknown/${engine}`] = {
    out: { set_cookie: [REMOVED], stored: [] },
    why: 'saveEveryRequest stores no empty session for an unknown key',
  };
  LEAVES_DJANGO_EARLY[`interrupted-unread/${engine}`] = {
    out: { set_cookie: [] },
    why: 'it was loaded before the other request ended it, and nothing was written to it',
  };
}

/** Django's cache in memory holds what has expired until it is asked for it; ours holds nothing to begin with. */
const readable = (stored: { where: string; ttl: number }[]) =>
  stored.filter(({ where, ttl }) => where !== 'cache' || ttl > 0);

const cases = vectors('requests', 'requests');

describe.each(['cache', 'cached_db'] as const)("a request on %s ends as Django's would", (engine) => {
  let under: CacheStore | CachedDbStore;
  let player: RequestPlayer;
  beforeAll(async () => {
    under = engine === 'cache' ? new CacheStore('pickle') : await CachedDbStore.open('pickle');
    player = new RequestPlayer(under);
  });
  afterAll(async () => {
    await player.close();
    if (under instanceof CachedDbStore) await under.close();
  });

  describe.each([
    { loadEarly: false, how: 'the session is loaded when the view first uses it' },
    { loadEarly: true, how: 'the session is loaded before the view, by @Session()' },
  ])('$how', ({ loadEarly }) => {
    const leaves = loadEarly ? { ...LEAVES_DJANGO, ...LEAVES_DJANGO_EARLY } : LEAVES_DJANGO;
    const title = ({ name }: Vector) => name + (leaves[name] ? `: ${leaves[name].why}` : '');
    const ours = cases.filter(({ in: given }) => given.engine === engine);
    test.each(ours.map((vector) => ({ vector, title: title(vector) })))('$title', async ({ vector }) => {
      const { name, out } = vector;
      const { cacheControl, ...seen } = await player.play(vector, loadEarly);
      expect(seen).toEqual({
        status: Number(out.status.split(' ')[0]),
        set_cookie: out.set_cookie,
        vary: out.vary,
        stored: readable(out.stored),
        ...leaves[name]?.out,
      });
      expect(cacheControl).toBe(seen.set_cookie.length > 0 ? 'no-store' : null);
    });
  });
});
