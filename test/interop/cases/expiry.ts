import { expect } from '@jest/globals';
import { IN_COOKIE, type Scene } from '../scene.js';
import { COOKIE_AGE, SECRET } from '../secrets.js';
import { Visitor } from '../visitor.js';

export const NO_INSTANTS = 'Django 3.2 cannot keep an instant in a JSON session';

/** When sessions end: what one side says, the other keeps to. */
export function expiryCases(scene: Scene): void {
  const { inCookie, version } = scene;
  const forgetsByItself = scene.engine.name === 'cache';

  scene.check('seconds: both sides tell the same age, and the cookie of either has it', async () => {
    const visitor = new Visitor();
    await visitor.setExpiry(scene.maker, 600);
    expect(visitor.given).toContain('Max-Age=600;');
    expect(await visitor.expiry(scene.taker)).toEqual({ age: 600, atBrowserClose: false });
    await visitor.update(scene.taker, { seen: true });
    expect(visitor.given).toContain('Max-Age=600;');
  });

  scene.check(
    'an instant: both sides tell the same age',
    async () => {
      const visitor = new Visitor();
      await visitor.setExpiry(scene.maker, { seconds: 600 });
      for (const side of [scene.maker, scene.taker]) {
        const { age } = await visitor.expiry(side);
        expect(age).toBeGreaterThan(580);
        expect(age).toBeLessThanOrEqual(600);
        await visitor.update(side, { seen: side.name });
      }
    },
    version === '3.2' && NO_INSTANTS,
  );

  scene.check('until the browser closes: the cookie of either side has no age', async () => {
    const visitor = new Visitor();
    await visitor.setExpiry(scene.maker, 0);
    expect(visitor.given).not.toContain('Max-Age');
    expect(await visitor.expiry(scene.taker)).toEqual({ age: COOKIE_AGE, atBrowserClose: true });
    await visitor.update(scene.taker, { seen: true });
    expect(visitor.given).not.toContain('Max-Age');
  });

  scene.check('an expiry taken back by the other side is taken back for both', async () => {
    const visitor = new Visitor();
    await visitor.setExpiry(scene.maker, 600);
    await visitor.setExpiry(scene.taker, null);
    expect(visitor.given).toContain(`Max-Age=${COOKIE_AGE};`);
    expect(await visitor.expiry(scene.maker)).toEqual({ age: COOKIE_AGE, atBrowserClose: false });
  });

  // With the other engines the store knows when a session ends: see ending.ts.
  if (inCookie) {
    scene.check('a cookie that is older than the settings allow is refused', async () => {
      const pair = scene.pair();
      // Nest has its clock put, which makes the session too old for either side.
      const ahead = (scene.djangoMakes ? 1 : -1) * (COOKIE_AGE + 60);
      await pair.withNest({ secrets: [SECRET], ahead }, async (nest) => {
        const [maker, taker] = scene.djangoMakes ? [pair.django, nest] : [nest, pair.django];
        const visitor = new Visitor();
        await visitor.update(maker, { cart: ['tea'] });
        expect(await visitor.data(maker)).toEqual({ cart: ['tea'] });
        expect(await visitor.data(taker)).toEqual({});
      });
    });
  }

  scene.check(
    'expired sessions are cleared by the other side, and others are not',
    async () => {
      const visitor = new Visitor();
      const expired = new Visitor();
      await visitor.update(scene.maker, { cart: ['tea'] });
      await expired.update(scene.maker, { cart: ['coffee'] });
      await expired.setExpiry(scene.maker, -60);
      const isStored = () => new Visitor().isStored(scene.maker, expired.cookie!);
      expect(await isStored()).toBe(true);
      expect(await visitor.status(scene.taker, 'clear-expired', {})).toBe(204);
      expect(await isStored()).toBe(false);
      expect(await visitor.data(scene.maker)).toEqual({ cart: ['tea'] });
    },
    (inCookie && IN_COOKIE) || (forgetsByItself && 'a cache forgets by itself'),
  );
}
