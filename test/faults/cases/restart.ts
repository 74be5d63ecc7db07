import { expect, test } from '@jest/globals';
import type { Scene } from '../support/scene.js';

/** The store is started anew in the middle of a request, with all it had. */
export function restartCases(scene: Scene): void {
  test('the store is restarted: the application goes on by itself, and nothing is lost', async () => {
    const { shop, store } = scene;
    const [visitor, busy] = [await shop.known(), await shop.known()];
    const [answer] = await scene.inTheMiddle([[busy, 'POST /held/write']], store.faults.restart!);
    expect([200, 503]).toContain(answer!.status);
    await shop.recovered();
    expect(await shop.dataOf(visitor)).toEqual({ visits: 1 });
    expect(await shop.dataOf(busy)).toEqual({ visits: answer!.status === 200 ? 2 : 1 });
  });
}

/** The store is started anew in the middle of a request, and empty. */
export function emptyRestartCases(scene: Scene): void {
  test('the store is restarted and empty: visitors begin anew, once, and the application goes on by itself', async () => {
    const { shop, store } = scene;
    const [visitor, busy] = [await shop.known(), await shop.known()];
    const [answer] = await scene.inTheMiddle([[busy, 'POST /held/write']], store.faults.restart!);
    // Refused, as when somebody has logged out meanwhile: to store it would bring back a session that is gone.
    expect([400, 503]).toContain(answer!.status);
    expect(answer!.cookies).toEqual([]);
    await shop.recovered();
    // Their keys are keys that nobody knows, like any others.
    for (const lost of [visitor, busy]) {
      const read = await shop.ask(lost, 'GET /read');
      expect(read).toMatchObject({ status: 200, body: {}, cookies: [expect.stringContaining('Max-Age=0')] });
      expect(lost.cookies.size).toBe(0);
      expect(await shop.ask(lost, 'POST /write')).toMatchObject({ status: 200, body: { visits: 1 } });
      expect(await shop.dataOf(lost)).toEqual({ visits: 1 });
    }
  });
}
