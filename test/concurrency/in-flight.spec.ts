import { beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { CacheEngine } from '../../libs/sessions/src/engines/cache/cache-engine.js';
import { storeWith } from './support/actor.js';
import { NOW } from './support/grounds.js';

const engine = new CacheEngine(new MemoryCache({ clock: () => NOW }));
const store = storeWith(engine, 'merge');

/** Turns of the event loop's shortest queue: more than a write and its merge take on a cache in memory. */
const MOMENTS = 40;

/**
 * A handler may go on while its session is being saved, and may keep what it has taken out of the session.
 * What becomes of that must not depend on whether another request has written meanwhile: it cannot know.
 */
describe.each([false, true])('another request has written meanwhile: %s', (disturbed) => {
  let session: Session<any>;
  beforeEach(open);

  async function open(): Promise<void> {
    session = await new Session<any>(store).update({ cart: ['tea'], mine: 0, theirs: 0 });
    await session.save();
    if (!disturbed) return;
    const other = await new Session<any>(store, session.sessionKey).load();
    other.set('theirs', 1);
    await other.save();
  }

  const stored = async () => ({ ...(await store.load(session.sessionKey!))!.data });
  const theirs = Number(disturbed);

  describe.each(['save', 'cycleKey'] as const)('while %s is under way', (write) => {
    /** Does something at each moment of the write, and answers what is in the session and in the store then. */
    async function atEachMoment(change: () => void): Promise<{ moment: number; here: object; there: object }[]> {
      const outcomes = [];
      for (let moment = 0; moment < MOMENTS; moment++) {
        await open();
        session.set('mine', 1);
        const written = session[write]();
        for (let tick = 0; tick < moment; tick++) await Promise.resolve();
        change();
        await written;
        const here = { ...session.data };
        await session.save();
        outcomes.push({ moment, here, there: await stored() });
      }
      return outcomes;
    }
    const always = (data: object) =>
      Array.from({ length: MOMENTS }, (_, moment) => ({ moment, here: data, there: data }));

    test('what is set is kept, and saved next', async () => {
      const outcomes = await atEachMoment(() => session.set('late', true));
      expect(outcomes).toEqual(always({ cart: ['tea'], mine: 1, theirs, late: true }));
    });

    test('what is changed deep inside is kept, and saved next', async () => {
      const outcomes = await atEachMoment(() => session.data.cart.push('cake'));
      expect(outcomes).toEqual(always({ cart: ['tea', 'cake'], mine: 1, theirs }));
    });

    test('what is deleted stays so', async () => {
      const outcomes = await atEachMoment(() => session.delete('cart'));
      expect(outcomes).toEqual(always({ mine: 1, theirs }));
    });

    test('what is cleared stays so', async () => {
      const outcomes = await atEachMoment(() => {
        session.clear();
        session.set('late', true);
      });
      expect(outcomes).toEqual(always({ late: true }));
    });
  });

  test('what was taken out of the session before a save is still the session’s after it', async () => {
    const { data } = session;
    const { cart } = session.data;
    session.set('mine', 1);
    await session.save();
    cart.push('cake');
    data.later = true;
    expect(session.modified).toBe(true);
    await session.save();
    expect(await stored()).toEqual({ cart: ['tea', 'cake'], mine: 1, theirs, later: true });
  });
});

test('numbers that JavaScript would bend come through a merge, and through the save after it, as others wrote them', async () => {
  const session = await new Session<any>(store).update({ mine: 0 });
  await session.save();
  await engine.save(session.sessionKey!, '{"mine": 0, "price": 1.0, "id": 12345678901234567890}', NOW + 60_000);
  for (const mine of [1, 2]) {
    session.set('mine', mine);
    await session.save();
    expect((await engine.load(session.sessionKey!))?.payload).toMatch(/"price": ?1\.0, ?"id": ?12345678901234567890/);
  }
});
