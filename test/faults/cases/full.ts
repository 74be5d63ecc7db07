import { expect, test } from '@jest/globals';
import { expectOthersUnaffected, expectServed, expectUnavailable, unavailableFor } from '../support/expectations.js';
import type { Scene } from '../support/scene.js';

/** The store can be read, and takes nothing more. */
export function fullCases(scene: Scene): void {
  test('the store is full: reading goes on, a write is a 503, and a visitor can log out', async () => {
    const { shop } = scene;
    const [reader, writer, second, leaving] = [
      await shop.known(),
      await shop.known(),
      await shop.known(),
      await shop.known(),
    ];
    await scene.during(scene.fault('full'), async () => {
      await expectOthersUnaffected(shop, reader);
      const read = await shop.ask(reader, 'GET /read');
      expect(read).toMatchObject({ status: 200, body: { visits: 1 }, cookies: [] });
      expectUnavailable([
        await shop.ask(writer, 'POST /write'),
        await shop.ask(writer, 'POST /res/write'),
        await shop.ask(second, 'POST /login'),
        await shop.ask(shop.visitor(), 'POST /write'),
        await shop.ask(shop.visitor(), 'POST /res/write'),
      ]);
      expect(scene.seen).toEqual(unavailableFor('POST /login', 'POST /write', 'POST /write'));
      expect(await shop.ask(leaving, 'POST /logout')).toMatchObject({ status: 200 });
      expect(leaving.cookies.size).toBe(0);
    });
    await shop.recovered();
    for (const visitor of [reader, writer, second]) expect(await shop.dataOf(visitor)).toEqual({ visits: 1 });
    expectServed([await shop.ask(writer, 'POST /write'), await shop.ask(second, 'POST /login')]);
    expect(await shop.dataOf(writer)).toEqual({ visits: 2 });
  });
}
