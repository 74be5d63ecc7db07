import { expect } from '@jest/globals';
import { IN_COOKIE, type Scene } from '../scene.js';
import { Visitor } from '../visitor.js';

/** A session is made on one side; the other reads, changes, cycles and flushes it. */
export function lifeCases(scene: Scene): void {
  const { inCookie } = scene;

  /** Someone with a session by the maker, which the taker knows. */
  const made = async (data: object = { cart: ['tea'], visits: 1 }): Promise<Visitor> => {
    const visitor = new Visitor();
    await visitor.update(scene.maker, data);
    expect(await visitor.data(scene.taker)).toEqual(data);
    return visitor;
  };

  scene.check('it is read, under the same key and character by character', async () => {
    const visitor = await made();
    const before = await visitor.session(scene.maker);
    expect(before.text).toBe('{"cart":["tea"],"visits":1}');
    expect(await visitor.session(scene.taker)).toEqual(before);
  });

  scene.check('it is changed, and the maker sees the change', async () => {
    const visitor = await made();
    const { cookie } = visitor;
    await visitor.update(scene.taker, { visits: 2, colour: 'green' });
    await visitor.remove(scene.taker, 'cart');
    expect(await visitor.data(scene.maker)).toEqual({ visits: 2, colour: 'green' });
    if (!inCookie) expect(visitor.cookie).toBe(cookie);
  });

  scene.check('emptied by the other side, it stays, with nothing in it', async () => {
    const visitor = await made();
    await visitor.remove(scene.taker, 'cart', 'visits');
    expect(await visitor.session(scene.maker)).toEqual({ key: visitor.cookie, text: '{}' });
    await visitor.update(scene.maker, { visits: 1 });
    expect(await visitor.data(scene.taker)).toEqual({ visits: 1 });
  });

  scene.check('both sides change it in turn', async () => {
    const visitor = await made({ log: '' });
    for (const [turn, side] of [scene.taker, scene.maker, scene.taker, scene.maker].entries()) {
      await visitor.update(side, { [`turn${turn}`]: side.name });
    }
    expect(Object.keys(await visitor.data(scene.taker))).toEqual(['log', 'turn0', 'turn1', 'turn2', 'turn3']);
  });

  scene.check('it is cycled: the data are under a new key', async () => {
    const visitor = await made();
    const before = await visitor.session(scene.maker);
    await visitor.cycle(scene.taker);
    const after = await visitor.session(scene.maker);
    expect(after.text).toBe(before.text);
    if (!inCookie) expect(after.key).not.toBe(before.key);
  });

  scene.check(
    'once it is cycled, the old key is dead on both sides',
    async () => {
      const visitor = await made();
      const stale = visitor.twin();
      await visitor.cycle(scene.taker);
      for (const side of [scene.maker, scene.taker]) expect((await stale.twin().session(side)).text).toBe('{}');
    },
    inCookie && IN_COOKIE,
  );

  scene.check('it is flushed: the visitor has no session any more', async () => {
    const visitor = await made();
    await visitor.flush(scene.taker);
    expect(visitor.cookie).toBeNull();
    expect(await visitor.session(scene.maker)).toEqual({ key: null, text: '{}' });
  });

  scene.check(
    'once it is flushed, its key is dead and never adopted again',
    async () => {
      const visitor = await made();
      const stale = visitor.twin();
      await visitor.flush(scene.taker);
      expect((await stale.twin().session(scene.maker)).text).toBe('{}');
      const dead = stale.cookie;
      await stale.update(scene.maker, { fresh: true });
      expect(stale.cookie).not.toBe(dead);
      expect(await stale.data(scene.taker)).toEqual({ fresh: true });
    },
    inCookie && IN_COOKIE,
  );

  scene.check('a test cookie set on one side is found by the other', async () => {
    const visitor = new Visitor();
    expect(await visitor.testCookieWorked(scene.taker)).toBe(false);
    await visitor.setTestCookie(scene.maker);
    expect(await visitor.testCookieWorked(scene.taker)).toBe(true);
  });
}
