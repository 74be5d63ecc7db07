import { expect, test } from '@jest/globals';
import { expectServed, expectUnavailable } from '../support/expectations.js';
import type { Scene } from '../support/scene.js';

/** The database behind the cache fails: what is in the cache can be read, and what cannot be kept is refused. */
export function failingDatabaseCases(scene: Scene): void {
  test('the database is stopped: reading goes on from the cache, a write is a 503, and nothing is lost', async () => {
    const { shop } = scene;
    const [reader, writer, cleo, dan] = [
      await shop.known(),
      await shop.known(),
      await shop.known(),
      await shop.known(),
    ];
    await scene.during(scene.fault('stopped'), async () => {
      const read = await shop.ask(reader, 'GET /read');
      expect(read).toMatchObject({ status: 200, body: { visits: 1 }, cookies: [] });
      const unknown = shop.visitor();
      unknown.cookies.set('sessionid', 'x'.repeat(32));
      expectUnavailable([
        await shop.ask(writer, 'POST /write'),
        await shop.ask(writer, 'POST /res/write'),
        await shop.ask(cleo, 'POST /login'),
        await shop.ask(dan, 'POST /logout'),
        await shop.ask(shop.visitor(), 'POST /write'),
        // Whether there is such a session only the database could tell.
        await shop.ask(unknown, 'GET /read'),
      ]);
    });
    await shop.recovered();
    for (const visitor of [reader, writer, cleo, dan]) expect(await shop.dataOf(visitor)).toEqual({ visits: 1 });
    expectServed([await shop.ask(cleo, 'POST /login'), await shop.ask(writer, 'POST /write')]);
    expect(await shop.dataOf(cleo)).toEqual({ visits: 1, user: 'ann' });
  });
}
