import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { getSessionsToken, SessionsService } from 'nestjs-django-sessions';
import {
  countingEngine,
  type CountingEngine,
  failingEngine,
  type FailingEngine,
  memoryEngine,
  sessionAgent,
  overrideEngine,
} from 'nestjs-django-sessions/testing';
import { DatabaseEngine } from 'nestjs-django-sessions/typeorm';
import { MemoryEngine } from '../../libs/sessions/src/testing/memory-engine.js';
import { embeddedDatabase } from '../support/application.js';
import { PLATFORMS, sessions, shop } from './applications.js';

describe.each(PLATFORMS)('overrideEngine() on $name', (platform) => {
  test('puts another engine in place, and the own one is not made', async () => {
    const engine = memoryEngine();
    // The engine 'db' would want a DataSource, and there is none.
    const app = await shop(platform, [sessions({ engine: 'db' })], (builder) => overrideEngine(builder, engine));
    const agent = sessionAgent(app);
    await agent.post('/visit');
    expect(await (await agent.post('/visit')).json()).toEqual({ visits: 2 });
    expect(engine.size).toBe(1);
    expect(app.get(SessionsService).engine).toBe(engine);
  });

  test('without it, an application has the engine of its options', async () => {
    const app = await shop(platform, [embeddedDatabase(), sessions({ engine: 'db' })]);
    expect(app.get(SessionsService).engine).toBeInstanceOf(DatabaseEngine);
  });

  test("wraps the application's own", async () => {
    let store!: CountingEngine;
    const app = await shop(platform, [embeddedDatabase(), sessions({ engine: 'db' })], (builder) =>
      overrideEngine(builder, (own) => (store = countingEngine(own))),
    );
    const agent = sessionAgent(app);
    await agent.post('/visit');
    await agent.post('/visit');
    expect(store.counts).toEqual({ create: 1, load: 1, save: 1 });
    expect(app.get(SessionsService).engine).toBe(store);
  });

  test('the life of an engine that is a class goes on below', async () => {
    const lived: string[] = [];
    @Injectable()
    class OwnEngine extends MemoryEngine {
      constructor() {
        super(() => Date.now());
      }
      onModuleInit() {
        lived.push('born');
      }
      onModuleDestroy() {
        lived.push('over');
      }
    }
    let store!: FailingEngine;
    const app = await shop(platform, [sessions({ engine: OwnEngine })], (builder) =>
      overrideEngine(builder, (own) => {
        expect(own).toBeInstanceOf(OwnEngine);
        return (store = failingEngine(own));
      }),
    );
    const agent = sessionAgent(app);
    store.failNext('create');
    expect((await agent.post('/visit')).status).toBe(503);
    expect((await agent.post('/visit')).status).toBe(201);
    await app.close();
    expect(lived).toEqual(['born', 'over']);
  });

  test('of several modules, those that were named, each with its own', async () => {
    const [ofVisitors, ofStaff] = [memoryEngine(), memoryEngine()];
    const modules = () => [
      sessions({ engine: 'db' }),
      sessions({ name: 'staff', cookieName: 'staffid', engine: 'db' }),
      sessions({ name: 'guests', cookieName: 'guestid', engine: 'signed_cookies' }),
    ];
    const app = await shop(platform, modules(), (builder) =>
      overrideEngine(overrideEngine(builder, ofVisitors), ofStaff, { name: 'staff' }),
    );
    const agent = sessionAgent(app);
    await agent.startSession({ a: 1 });
    expect([ofVisitors.size, ofStaff.size]).toEqual([1, 0]);
    await agent.startSession({ a: 2 }, { name: 'staff' });
    expect([ofVisitors.size, ofStaff.size]).toEqual([1, 1]);
    await agent.startSession({ a: 3 }, { name: 'guests' });
    expect([ofVisitors.size, ofStaff.size]).toEqual([1, 1]);
    expect(Object.keys(agent.cookies)).toEqual(['sessionid', 'staffid', 'guestid']);
    // What one builder was told counts for no other.
    const other = await shop(platform, modules(), (builder) => overrideEngine(builder, ofVisitors));
    expect(other.get<SessionsService>(getSessionsToken()).engine).toBe(ofVisitors);
    expect(other.get<SessionsService>(getSessionsToken('staff')).engine).toBeInstanceOf(DatabaseEngine);
  });

  test('what is wrong with the own engine is told', async () => {
    const made = shop(platform, [sessions({ engine: 'cache', cacheAlias: 'none' })], (builder) =>
      overrideEngine(builder, (own) => own),
    );
    await expect(made).rejects.toThrow('cacheAlias "none" names no entry of caches');
  });
});
