import { describe, expect, test } from '@jest/globals';
import { memoryEngine, sessionAgent, sessionEngineCases, TestClock } from 'nestjs-django-sessions/testing';
import { PLATFORMS, sessions, shop } from './applications.js';

describe('memoryEngine() keeps the contract of engines', () => {
  for (const { name, run } of sessionEngineCases({ make: (now) => memoryEngine(now) })) test(name, run);
});

test('it tells how many sessions there are, and forgets them', async () => {
  const clock = new TestClock();
  const engine = memoryEngine(clock);
  const { key } = await engine.create('{}', clock.in(1000));
  await engine.create('{}', clock.in(2000));
  expect(engine.size).toBe(2);
  clock.tick({ seconds: 1 });
  expect([engine.size, await engine.exists(key)]).toEqual([1, false]);
  engine.clear();
  expect(engine.size).toBe(0);
});

test('without a clock it asks that of the system', async () => {
  const engine = memoryEngine();
  const { key } = await engine.create('{}', Date.now() + 60_000);
  const { key: past } = await engine.create('{}', Date.now() - 1);
  expect([await engine.exists(key), await engine.exists(past)]).toEqual([true, false]);
});

test.each(PLATFORMS)('it is all an application needs on $name, and no timer is left', async (platform) => {
  const engine = memoryEngine();
  const app = await shop(platform, [sessions({ engine, clearSessions: {} })]);
  const agent = sessionAgent(app);
  await agent.get('/data');
  expect(engine.size).toBe(0);
  await agent.post('/login', { json: { user: 'ann' } });
  expect(engine.size).toBe(1);
  await agent.post('/logout');
  expect(engine.size).toBe(0);
  expect(engine).not.toHaveProperty('clearExpired');
});
