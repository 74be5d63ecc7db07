import 'reflect-metadata';
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Session, SessionsModule } from 'nestjs-django-sessions';
import {
  countingEngine,
  failingEngine,
  loginAs,
  memoryEngine,
  SESSION_CLOCK,
  sessionAgent,
  sessionCookie,
  sessionEngineCases,
  TestClock,
} from 'nestjs-django-sessions/testing';

@Controller()
class ShopController {
  @Post('visit')
  visit(@Session() session: Session) {
    return { visits: session.set('visits', session.get('visits', 0) + 1).get('visits') };
  }

  @Get('who')
  who(@Session() session: Session) {
    return { user: session.get('_auth_user_id', null) };
  }
}

const clock = new TestClock();
const store = failingEngine(memoryEngine(clock));
const counted = countingEngine(store);

@Module({
  imports: [SessionsModule.forRoot({ engine: counted, secretKey: 'test' })],
  controllers: [ShopController],
})
class AppModule {}

let app: NestFastifyApplication;
before(async () => {
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(SESSION_CLOCK)
    .useValue(clock.read)
    .compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
});
after(() => app.close());
beforeEach(() => store.recover());

test('an agent, a clock, a count, an outage', async () => {
  const agent = sessionAgent(app);
  await agent.post('/visit');
  counted.reset();
  assert.deepEqual(await (await agent.post('/visit')).json(), { visits: 2 });
  assert.deepEqual(counted.counts, { load: 1, save: 1 });
  store.failAll();
  assert.equal((await agent.get('/who')).status, 503);
  store.recover();
  clock.tick({ days: 15 });
  assert.deepEqual(await (await agent.post('/visit')).json(), { visits: 1 });
  await loginAs(agent, { id: 7 });
  assert.deepEqual(await (await agent.get('/who')).json(), { user: '7' });
});

test("a cookie for Fastify's inject", async () => {
  const cookie = await sessionCookie(app, { visits: 4 });
  assert.deepEqual((await app.inject({ method: 'POST', url: '/visit', headers: { cookie } })).json(), { visits: 5 });
});

for (const { name, run } of sessionEngineCases({ make: (now) => memoryEngine(now) })) test(name, run);
