import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Visitor } from '../../support/browserlike.js';
import { expectOthersUnaffected, expectServed } from '../support/expectations.js';
import type { Scene } from '../support/scene.js';
import { AT_ONCE, LONGEST, Shop } from '../support/shop.js';

const OUTAGES = ['stopped', 'paused', 'full'] as const;

/**
 * The cache in front of the database fails. The database has every answer: nobody is refused, and nobody
 * is served what is no longer so.
 */
export function failingCacheCases(scene: Scene): void {
  let otherProcess: Shop;
  beforeAll(async () => {
    otherProcess = await Shop.open(scene.store, scene.logger);
  });
  afterAll(() => otherProcess.app.close());

  /** Who has the same cookie, at the other process; a copy, as one that is logged out loses it. */
  function twin(visitor: Visitor): Visitor {
    const same = otherProcess.visitor();
    for (const [name, value] of visitor.cookies) same.cookies.set(name, value);
    return same;
  }

  describe.each(OUTAGES)('the cache is %s', (name) => {
    test('all are served, nothing that was done is undone by its end, and it is told once', async () => {
      const { shop, logger } = scene;
      await shop.familiarize();
      const [ann, ben, cleo] = [await shop.known(), await shop.known(), await shop.known()];
      const [dan, leaving] = [await shop.known(), await shop.known()];
      const eve = shop.visitor();
      const elsewhere = twin(leaving);
      expect(await otherProcess.dataOf(elsewhere)).toEqual({ visits: 1 });
      await scene.during(scene.fault(name), async () => {
        const answers = Promise.all([
          shop.ask(ann, 'GET /read'),
          shop.ask(ben, 'POST /write'),
          shop.ask(cleo, 'POST /login'),
          shop.ask(dan, 'POST /res/write'),
          shop.ask(eve, 'POST /write'),
        ]);
        const loggedOut = shop.ask(leaving, 'POST /logout');
        await expectOthersUnaffected(shop, ann);
        expectServed(await answers);
        expect(await loggedOut).toMatchObject({ status: 200, cookies: [expect.stringContaining('Max-Age=0')] });
        expect(logger.lines.filter((line) => line.includes('The database answers alone.'))).toHaveLength(1);
        // Logged out is logged out, in every process.
        expect(await otherProcess.dataOf(twin(elsewhere))).toEqual({});
        expect(await shop.dataOf(ben)).toEqual({ visits: 2 });
      });
      expect(await shop.dataOf(ann)).toEqual({ visits: 1 });
      expect(await shop.dataOf(ben)).toEqual({ visits: 2 });
      expect(await shop.dataOf(cleo)).toEqual({ visits: 1, user: 'ann' });
      expect(await shop.dataOf(dan)).toEqual({ visits: 2 });
      expect(await shop.dataOf(eve)).toEqual({ visits: 1 });
      // What the cache could not be told it is told as soon as it answers.
      const deadline = Date.now() + LONGEST;
      while ('visits' in (await otherProcess.dataOf(twin(elsewhere)))) expect(Date.now()).toBeLessThan(deadline);
    });
  });

  test('the cache is slow: all are served', async () => {
    const { shop } = scene;
    const [writer, other] = [await shop.known(), await shop.known()];
    await scene.during(scene.fault('slow'), async () => {
      expectServed(await Promise.all([shop.ask(writer, 'POST /write'), shop.ask(other, 'POST /login')]));
    });
    expect(await shop.dataOf(writer)).toEqual({ visits: 2 });
    expect(await shop.dataOf(other)).toEqual({ visits: 1, user: 'ann' });
  });

  test('the cache is restarted and empty, in the middle of a request: nobody notices', async () => {
    const { shop, store } = scene;
    const [visitor, busy] = [await shop.known(), await shop.known()];
    expectServed(await scene.inTheMiddle([[busy, 'POST /held/write']], store.faults.restart!));
    expect(await shop.dataOf(visitor)).toEqual({ visits: 1 });
    expect(await shop.dataOf(busy)).toEqual({ visits: 2 });
  });

  test.each(['write', 'login', 'logout'])('its connection is cut in the middle of an answer: %s', async (what) => {
    const { shop, store } = scene;
    await shop.familiarize();
    const visitor = await shop.known();
    let wasCut = () => false;
    const [answer] = await scene.inTheMiddle([[visitor, `POST /held/${what}`]], () => {
      wasCut = store.faults.cutReply!(1);
    });
    expect(wasCut()).toBe(true);
    expect(answer!.status).toBe(200);
    const expected = { write: { visits: 2 }, login: { visits: 1, user: 'ann' }, logout: {} }[what];
    expect(await shop.dataOf(visitor)).toEqual(expected);
  });

  test('its connections lead nowhere: all are served, and they are made anew', async () => {
    const { shop, store } = scene;
    const visitor = await shop.known();
    store.faults.strand!();
    const deadline = Date.now() + LONGEST;
    for (let answer = null; !answer || answer.elapsed > AT_ONCE;) {
      answer = await shop.ask(visitor, 'GET /read');
      expectServed([answer]);
      expect(Date.now()).toBeLessThan(deadline);
    }
    expect(await shop.dataOf(visitor)).toEqual({ visits: 1 });
  });
}
