import { beforeAll, expect, test } from '@jest/globals';
import type { Visitor } from '../../support/browserlike.js';
import { expectServed, expectUnavailable, unavailableFor } from '../support/expectations.js';
import type { Scene } from '../support/scene.js';
import { type Answer, AT_ONCE, LONGEST, Shop } from '../support/shop.js';

const USES = ['GET /read', 'POST /write', 'GET /res/read', 'POST /res/write', 'POST /login', 'POST /logout'];
const CREATIONS = ['POST /write', 'POST /res/write'];

interface Outage {
  /** By a visitor whose session is known. */
  uses: Answer[];
  /** By visitors without one. */
  creations: Answer[];
  /** Of what uses no session. */
  others: Answer[];
  /** To requests that had loaded their sessions before. */
  middle: Answer[];
  /** What the application's own filter was given. */
  seen: string[];
  /** Of an application that is closed with a request in it. */
  closing: { status: number; elapsed: number };
}

/**
 * The store gives no answer: it cannot be reached, or it hangs. `isLate`: it may do afterwards what it was
 * asked, though nobody waits for it any more.
 */
export function outageCases(scene: Scene, name: 'stopped' | 'paused', isLate = name === 'paused'): void {
  let [eve, ann, ben, cleo, dan]: Visitor[] = [];
  let outage: Outage;

  // All of it in one go, as to be made to wait takes its time; the tests look at what came of it.
  beforeAll(async () => {
    const { shop } = scene;
    const closed = await Shop.open(scene.store, scene.logger);
    const leaving = await closed.known();
    await shop.familiarize();
    [eve, ann, ben, cleo, dan] = await Promise.all(Array.from({ length: 5 }, () => shop.known()));
    const requests: [Visitor, string][] = [
      [ann!, 'POST /held/write'],
      [ben!, 'POST /res/held/write'],
      [cleo!, 'POST /held/login'],
      [dan!, 'POST /held/logout'],
      [shop.visitor(), 'POST /held/write'],
    ];
    const fault = scene.fault(name);
    let meanwhile: Promise<[Answer[], Answer[], Answer[], Outage['closing']]> | undefined;
    try {
      const middle = await scene.inTheMiddle(requests, async () => {
        await fault.begin();
        meanwhile = Promise.all([
          Promise.all(USES.map((what) => shop.ask(eve!, what))),
          Promise.all(CREATIONS.map((what) => shop.ask(shop.visitor(), what))),
          Promise.all([eve!, shop.visitor()].map((visitor) => shop.ask(visitor, 'GET /plain'))),
          closeInTheMiddle(closed, leaving),
        ]);
      });
      const [uses, creations, others, closing] = await meanwhile!;
      outage = { uses, creations, others, middle, seen: scene.seen, closing };
    } finally {
      await fault.end();
    }
    await shop.recovered();
  }, 4 * LONGEST);

  test('whoever uses the session gets a 503 in time, and keeps the cookie', () => {
    expectUnavailable([...outage.uses, ...outage.creations]);
  });

  test('whoever does not use it gets at once what they want', () => {
    expectServed(outage.others);
    for (const { body, cookies, elapsed } of outage.others) {
      expect({ body, cookies }).toEqual({ body: { plain: true }, cookies: [] });
      expect(elapsed).toBeLessThan(AT_ONCE);
    }
  });

  test('from the middle of a request on, it is a 503 as well', () => {
    expectUnavailable(outage.middle);
  });

  test("it goes the way of the application's own exceptions", () => {
    const middle = ['POST /held/write', 'POST /held/login', 'POST /held/logout', 'POST /held/write'];
    // A handler that answers by itself has done so by the time its session is saved: the gate answers in its place.
    expect(outage.seen).toEqual(unavailableFor(...USES, 'POST /write', ...middle));
  });

  test('what was stored before is there afterwards', async () => {
    const { shop } = scene;
    expect(await shop.dataOf(eve!)).toEqual({ visits: 1 });
    for (const visitor of [ann!, ben!]) {
      expect([{ visits: 1 }, ...(isLate ? [{ visits: 2 }] : [])]).toContainEqual(await shop.dataOf(visitor));
    }
    expect([{ visits: 1 }, ...(isLate ? [{}] : [])]).toContainEqual(await shop.dataOf(dan!));
  });

  test('who was about to log in is not, and is not locked out either', async () => {
    // Somebody else may know the key from before; nobody knows the one that was to come.
    expect(await scene.shop.dataOf(cleo!)).toEqual({ visits: 1 });
  });

  test('the application could be closed meanwhile, in time', () => {
    expect(outage.closing).toEqual({ status: 503, elapsed: expect.any(Number) });
    expect(outage.closing.elapsed).toBeLessThan(LONGEST);
  });
}

async function closeInTheMiddle(shop: Shop, visitor: Visitor): Promise<Outage['closing']> {
  const status = shop.askOnce(visitor, '/read');
  // By the time this is answered the other request has come in, too.
  await shop.askOnce(visitor, '/plain');
  const begun = performance.now();
  await shop.app.close();
  return { status: await status, elapsed: performance.now() - begun };
}
