import { describe, expect, test } from '@jest/globals';
import { memoryEngine, SESSION_CLOCK, sessionAgent, TestClock } from 'nestjs-django-sessions/testing';
import { embeddedDatabase } from '../support/application.js';
import { PLATFORMS, sessions, shop } from './applications.js';

const NOON = Date.UTC(2030, 0, 1, 12);

test('begins now, or when it is told to', () => {
  const before = Date.now();
  const { now } = new TestClock();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
  expect(new TestClock(NOON).now).toBe(NOON);
  expect(new TestClock(new Date(NOON)).now).toBe(NOON);
});

test('is turned by a length of time, to an instant, or by hand', () => {
  const clock = new TestClock(NOON);
  expect(clock.tick({ days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5 }).now).toBe(NOON + 93_784_005);
  expect(clock.tick({ hours: -2 }).read()).toBe(NOON + 86_584_005);
  expect(clock.set(new Date(NOON)).now).toBe(NOON);
  expect(clock.set(NOON + 1).now).toBe(NOON + 1);
  clock.now += 9;
  const { read } = clock;
  expect([read(), clock.in(90)]).toEqual([NOON + 10, NOON + 100]);
});

test('what is no time is refused, as a clock that stands still lets many a test pass', () => {
  const clock = new TestClock(NOON);
  for (const none of [{}, { weeks: 1 }, { hours: Number.NaN }, { hours: 1, minute: 1 }, { hours: '1' }]) {
    expect(() => clock.tick(none as never)).toThrow(
      /^tick takes numbers of milliseconds, seconds, minutes, hours, days/,
    );
  }
  for (const none of [new Date('none'), Number.NaN, undefined, '2030-01-01']) {
    expect(() => clock.set(none as never)).toThrow(/^an instant is a Date or milliseconds since the epoch/);
  }
  expect(() => new TestClock(Number.POSITIVE_INFINITY)).toThrow(TypeError);
  expect(clock.now).toBe(NOON);
});

describe.each(PLATFORMS)('the clock of an application on $name', (platform) => {
  test.each([
    ['db', () => 'db'],
    ['signed_cookies', () => 'signed_cookies'],
    ['encrypted_cookies', () => 'encrypted_cookies'],
    ['memoryEngine()', (clock: TestClock) => memoryEngine(clock)],
  ])('sessions end by it: %s', async (_, engine) => {
    const clock = new TestClock();
    const app = await shop(
      platform,
      [embeddedDatabase(), sessions({ engine: engine(clock), cookieAge: 3600 })],
      (builder) => builder.overrideProvider(SESSION_CLOCK).useValue(clock.read),
    );
    const agent = sessionAgent(app);
    await agent.post('/visit');
    clock.tick({ minutes: 59 });
    expect(await (await agent.get('/data')).json()).toEqual({ visits: 1 });
    clock.tick({ minutes: 1, seconds: 1 });
    // The visitor still sends the cookie: it is the server that knows.
    expect(Object.keys(agent.cookies)).toEqual(['sessionid']);
    expect(await (await agent.get('/data')).json()).toEqual({});
    await agent.post('/visit');
    expect(await (await agent.get('/data')).json()).toEqual({ visits: 1 });
  });

  test('turned far back, cookies are kept all the same', async () => {
    const clock = new TestClock(new Date('2001-01-01'));
    const app = await shop(platform, [sessions({ engine: memoryEngine(clock) })], (builder) =>
      builder.overrideProvider(SESSION_CLOCK).useValue(clock.read),
    );
    const agent = sessionAgent(app);
    const answer = await agent.post('/visit');
    expect(answer.headers.get('set-cookie')).toContain('expires=Mon, 15 Jan 2001');
    expect(await (await agent.get('/data')).json()).toEqual({ visits: 1 });
  });
});
