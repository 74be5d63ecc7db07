import { expect } from '@jest/globals';
import { IN_COOKIE, type Scene } from '../scene.js';
import { USER } from '../secrets.js';
import { Visitor } from '../visitor.js';

/** Users of django.contrib.auth. */
export function loginCases(scene: Scene): void {
  /** Someone whom the maker has logged in, and the taker recognises. */
  const loggedIn = async (): Promise<Visitor> => {
    const visitor = new Visitor();
    await visitor.logIn(scene.maker, USER);
    expect(await visitor.user(scene.taker)).toBe(USER.username);
    return visitor;
  };

  scene.check('a user who logged in is recognised, and stays so on both sides', async () => {
    const visitor = await loggedIn();
    for (const side of [scene.maker, scene.taker]) expect(await visitor.user(side)).toBe(USER.username);
  });

  scene.check('both sides would write the same three members, the hash of the password among them', async () => {
    const byMaker = await loggedIn();
    const byTaker = new Visitor();
    await byTaker.logIn(scene.taker, USER);
    const members = await byMaker.data(scene.taker);
    expect(members).toEqual({
      _auth_user_id: scene.pair().django.user.id,
      _auth_user_backend: 'django.contrib.auth.backends.ModelBackend',
      _auth_user_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await byTaker.data(scene.maker)).toEqual(members);
  });

  scene.check('what an anonymous visitor had is kept when the other side logs them in, under a new key', async () => {
    const visitor = new Visitor();
    await visitor.update(scene.maker, { cart: ['tea'] });
    const { cookie } = visitor;
    await visitor.logIn(scene.taker, USER);
    expect(visitor.cookie).not.toBe(cookie);
    expect(await visitor.data(scene.maker)).toMatchObject({ cart: ['tea'], _auth_user_id: expect.any(String) });
    expect(await visitor.user(scene.maker)).toBe(USER.username);
  });

  scene.check('a user whose password has changed since is no longer recognised', async () => {
    const visitor = await loggedIn();
    await visitor.update(scene.maker, { _auth_user_hash: '0'.repeat(64) });
    expect(await visitor.user(scene.taker)).toBeNull();
    expect(visitor.cookie).toBeNull();
  });

  scene.check('logged out by the other side, they are out on both', async () => {
    const visitor = await loggedIn();
    await visitor.logOut(scene.taker);
    expect(visitor.cookie).toBeNull();
    for (const side of [scene.maker, scene.taker]) expect(await visitor.user(side)).toBeNull();
  });

  scene.check(
    'logged out by either side, a copy of their cookie is of no use on either',
    async () => {
      for (const leaver of [scene.taker, scene.maker]) {
        const visitor = await loggedIn();
        const thief = visitor.twin();
        await visitor.logOut(leaver);
        for (const side of [scene.maker, scene.taker]) expect(await thief.twin().user(side)).toBeNull();
      }
    },
    scene.inCookie && IN_COOKIE,
  );
}
