import { expect, test } from '@jest/globals';
import { expectOthersUnaffected, expectServed } from '../support/expectations.js';
import type { Scene } from '../support/scene.js';

/** The store answers after a second. */
export function slowCases(scene: Scene): void {
  test('the store is slow: all that is asked is answered, and nobody else waits', async () => {
    const { shop } = scene;
    const [writer, other] = [await shop.known(), await shop.known()];
    await scene.during(scene.fault('slow'), async () => {
      const answers = [shop.ask(writer, 'POST /write'), shop.ask(other, 'POST /login')];
      await expectOthersUnaffected(shop, writer);
      expectServed(await Promise.all(answers));
      for (const { elapsed } of await Promise.all(answers)) expect(elapsed).toBeGreaterThan(1000);
    });
    expect(await shop.dataOf(writer)).toEqual({ visits: 2 });
    expect(await shop.dataOf(other)).toEqual({ visits: 1, user: 'ann' });
  });
}
