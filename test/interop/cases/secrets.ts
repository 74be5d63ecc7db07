import { expect } from '@jest/globals';
import type { Scene } from '../scene.js';
import { NEXT_SECRET, OLD_SECRET, SECRET, USER } from '../secrets.js';
import { type Side, Visitor } from '../visitor.js';

/** One side has moved on to another secret; what the other signed, or signs, with the one before still counts. */
export function secretCases(scene: Scene): void {
  const notRun = !scene.djangoMakes && scene.version === '3.2' && 'Django 3.2 has no SECRET_KEY_FALLBACKS';

  /**
   * `before` signs with a secret that `after` accepts as an older one. `proof` has only the one that
   * `after` signs with, so that what it reads must have been signed anew.
   */
  const rotated = async (use: (before: Side, after: Side, proof: Side) => Promise<void>): Promise<void> => {
    const pair = scene.pair();
    if (scene.djangoMakes) {
      await pair.withNest({ secrets: [NEXT_SECRET, SECRET] }, (after) =>
        pair.withNest({ secrets: [NEXT_SECRET] }, (proof) => use(pair.django, after, proof)),
      );
    } else {
      await pair.withNest({ secrets: [OLD_SECRET] }, (before) =>
        pair.withNest({ secrets: [SECRET] }, (proof) => use(before, pair.django, proof)),
      );
    }
  };

  scene.check(
    'signed with the older secret it is read, and signed with the new one when it is changed',
    () =>
      rotated(async (before, after, proof) => {
        const visitor = new Visitor();
        await visitor.update(before, { cart: ['tea'] });
        expect(await visitor.data(after)).toEqual({ cart: ['tea'] });
        await visitor.update(after, { colour: 'green' });
        expect(await visitor.data(proof)).toEqual({ cart: ['tea'], colour: 'green' });
      }),
    notRun,
  );

  scene.check(
    'a user logged in under the older secret stays logged in, and moves on to the new one',
    () =>
      rotated(async (before, after, proof) => {
        const visitor = new Visitor();
        await visitor.logIn(before, USER);
        expect(await visitor.user(after)).toBe(USER.username);
        expect(await visitor.user(proof)).toBe(USER.username);
      }),
    notRun,
  );
}
