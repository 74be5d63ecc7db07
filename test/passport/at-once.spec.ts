import { describe, expect, test } from '@jest/globals';
import { Controller, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import type { ExpressSession } from '../../libs/sessions/src/http/express-session/express-session.js';
import { Visitor } from '../support/browserlike.js';
import { redisOrSkip } from '../support/services.js';
import { ANN, keyOf, sending, shopWith } from './support/shop.js';
import { inDatabase, inRedis } from './support/stores.js';

const withRedis = await redisOrSkip();

/** Lets nobody go on before all are there. */
class Meeting {
  readonly #waiting: (() => void)[] = [];

  constructor(readonly size: number) {}

  arrive(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === this.size) for (const go of this.#waiting.splice(0)) go();
    });
  }

  async somebodyIsThere(): Promise<void> {
    while (this.#waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

const meeting = new Meeting(2);

@Controller()
class TogetherController {
  @Post('together/set/:name')
  async set(@Req() request: Request & { session: ExpressSession }, @Param('name') name: string) {
    request.session[name] = true;
    await meeting.arrive();
  }

  @Post('together/logout')
  async logOut(@Req() request: Request) {
    await meeting.arrive();
    await new Promise<void>((resolve, reject) => request.logout((error) => (error ? reject(error) : resolve())));
  }
}

for (const [name, makeStore, describeOrSkip] of [
  ['the engine db on SQLite', inDatabase, describe],
  ['the engine cache on Redis', inRedis, withRedis],
] as const) {
  describeOrSkip(`two requests at once, ${name}`, () => {
    const shop = shopWith(makeStore, 'Express', { controllers: [TogetherController] });

    /** The same visitor in another tab. */
    const tabOf = (visitor: Visitor) => {
      const tab = shop.visitor();
      for (const [cookie, value] of visitor.cookies) tab.cookies.set(cookie, value);
      return tab;
    };

    async function signedIn(): Promise<Visitor> {
      const visitor = shop.visitor();
      await visitor.post('/login', ANN);
      return visitor;
    }

    test('keep what each has set', async () => {
      const visitor = await signedIn();
      const tab = tabOf(visitor);
      const answers = await Promise.all([visitor.post('/together/set/a'), tab.post('/together/set/b')]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
      expect(await (await visitor.get('/data')).json()).toEqual({ passport: { user: 0 }, a: true, b: true });
    });

    test('that log out leave nothing; the later one is told that the session was ended meanwhile', async () => {
      const before = await shop.keys();
      const visitor = await signedIn();
      const tab = tabOf(visitor);
      const answers = await Promise.all([visitor.post('/together/logout'), tab.post('/together/logout')]);
      const statuses = answers.map(({ status }) => status).sort();
      expect([
        [201, 201],
        [201, 400],
      ]).toContainEqual(statuses);
      expect((await shop.keys()).sort()).toEqual([...before].sort());
    });

    test('that log in are two sessions, and the old one is dead', async () => {
      const visitor = shop.visitor();
      await visitor.post('/data', sending({ cart: [] }));
      const old = keyOf(visitor)!;
      const tab = tabOf(visitor);
      const answers = await Promise.all([visitor.post('/login', ANN), tab.post('/login', ANN)]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
      expect(keyOf(visitor)).not.toBe(keyOf(tab));
      const stored = await shop.keys();
      expect(stored).toEqual(expect.arrayContaining([keyOf(visitor), keyOf(tab)]));
      expect(stored).not.toContain(old);
    });

    test('of which one logs out: the other’s change is refused, and brings nothing back', async () => {
      const visitor = await signedIn();
      const key = keyOf(visitor)!;
      const tab = tabOf(visitor);
      const late = tab.post('/together/set/late');
      await meeting.somebodyIsThere();
      await visitor.post('/logout');
      await meeting.arrive();
      const answer = await late;
      expect(answer.status).toBe(400);
      expect(await shop.keys()).not.toContain(key);
    });
  });
}
