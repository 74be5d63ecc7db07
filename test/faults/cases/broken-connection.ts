import { describe, expect, test } from '@jest/globals';
import { expectUnavailable } from '../support/expectations.js';
import type { Scene } from '../support/scene.js';
import { LONGEST } from '../support/shop.js';

/**
 * The store has done what it was asked, and the connection ends in the middle of its answer. A log-in
 * may take it several answers.
 */
export function cutCases(scene: Scene, answersToLogIn = 1): void {
  describe('the connection is cut in the middle of an answer: done, or a 503, and nothing is lost', () => {
    test('to a load', async () => {
      const { shop, store } = scene;
      const visitor = await shop.known();
      const wasCut = store.faults.cutReply!(1);
      const answer = await shop.ask(visitor, 'GET /read');
      expect(wasCut()).toBe(true);
      if (answer.status !== 200) expectUnavailable([answer]);
      expect(await shop.dataOf(visitor)).toEqual({ visits: 1 });
    });

    test('to a save', async () => {
      const { shop } = scene;
      const visitor = await shop.known();
      const [answer, wasCut] = await cutInTheMiddle(visitor, 'POST /held/write', 1);
      expect(wasCut).toBe(true);
      if (answer.status !== 200) expectUnavailable([answer]);
      const { visits } = await shop.dataOf(visitor);
      expect(answer.status === 200 ? [2] : [1, 2]).toContain(visits);
    });

    test.each(Array.from({ length: answersToLogIn }, (_, index) => index + 1))(
      'to a change of keys, answer %i',
      async (nth) => {
        const { shop } = scene;
        const visitor = await shop.known();
        const before = visitor.cookies.get('sessionid');
        const [{ status, cookies }, wasCut] = await cutInTheMiddle(visitor, 'POST /held/login', nth);
        expect(wasCut).toBe(true);
        expect([200, 503]).toContain(status);
        expect(cookies.join()).not.toContain('Max-Age=0');
        // Logged in under a new key, or not at all: somebody else may know the old one.
        const isMoved = visitor.cookies.get('sessionid') !== before;
        expect(isMoved || status === 503).toBe(true);
        expect(await shop.dataOf(visitor)).toEqual(isMoved ? { visits: 1, user: 'ann' } : { visits: 1 });
      },
    );

    async function cutInTheMiddle(visitor: Parameters<typeof scene.shop.ask>[0], what: string, nth: number) {
      await scene.shop.familiarize();
      let wasCut = () => false;
      const [answer] = await scene.inTheMiddle([[visitor, what]], () => {
        wasCut = scene.store.faults.cutReply!(nth);
      });
      return [answer!, wasCut()] as const;
    }
  });
}

/** All open connections lead nowhere, and nobody is told; the network has forgotten them. */
export function strandCases(scene: Scene): void {
  test('connections that lead nowhere are given up, and made anew', async () => {
    const { shop, store } = scene;
    const visitor = await shop.known();
    // As many at once as a pool has connections, so that each of them is met.
    const askMany = () => Promise.all(Array.from({ length: 10 }, () => shop.ask(visitor, 'GET /read')));
    await askMany();
    store.faults.strand!();
    const begun = Date.now();
    for (;;) {
      const answers = await askMany();
      expectUnavailable(answers.filter(({ status }) => status !== 200));
      if (answers.every(({ status }) => status === 200)) break;
      expect(Date.now() - begun).toBeLessThan(LONGEST);
    }
    expect(await shop.dataOf(visitor)).toEqual({ visits: 1 });
  });
}
