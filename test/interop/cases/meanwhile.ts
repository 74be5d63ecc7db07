import { expect } from '@jest/globals';
import { IN_COOKIE, type Scene } from '../scene.js';
import { type Side, Visitor } from '../visitor.js';

/** Both sides at the same session at the same time. */
export function meanwhileCases(scene: Scene): void {
  const notRun = scene.inCookie && IN_COOKIE;

  /** Someone with a session by the maker, which the taker knows. */
  const made = async (): Promise<Visitor> => {
    const visitor = new Visitor();
    await visitor.update(scene.maker, { cart: ['tea'] });
    expect(await visitor.data(scene.taker)).toEqual({ cart: ['tea'] });
    return visitor;
  };

  /** A visitor's slow request on one side, with something that happens after it has read the session. */
  const whileOpen = async (visitor: Visitor, side: Side, meanwhile: () => Promise<void>): Promise<number> => {
    const slow = visitor.twin();
    const answer = slow.status(side, 'held/update', { slow: side.name });
    await new Visitor().status(side, 'held/entered');
    try {
      await meanwhile();
    } finally {
      await new Visitor().status(side, 'held/release', {});
    }
    return answer;
  };

  scene.check(
    'ended by the other side while a request is open: it is not brought back, and the request is told (400)',
    async () => {
      const visitor = await made();
      const stale = visitor.twin();
      expect(await whileOpen(visitor, scene.maker, () => visitor.flush(scene.taker))).toBe(400);
      for (const side of [scene.maker, scene.taker]) expect((await stale.twin().session(side)).text).toBe('{}');
    },
    notRun,
  );

  scene.check(
    'changed by the maker while a request of the taker is open: both changes stay',
    async () => {
      const visitor = await made();
      expect(await whileOpen(visitor, scene.taker, () => visitor.update(scene.maker, { meanwhile: 1 }))).toBeLessThan(
        300,
      );
      expect(await visitor.data(scene.maker)).toEqual({ cart: ['tea'], meanwhile: 1, slow: scene.taker.name });
    },
    notRun || (!scene.djangoMakes && "Django's own requests do not merge: there the last writer wins"),
  );
}
