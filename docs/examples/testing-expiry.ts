import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Controller, Get, type INestApplication, UseGuards } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SessionsModule } from 'nestjs-django-sessions';
import { memoryEngine, SESSION_CLOCK, sessionAgent, TestClock } from 'nestjs-django-sessions/testing';
import { AccountController } from './account.controller.js';
import { SignedInGuard } from './signed-in.guard.js';

@Controller('letters')
@UseGuards(SignedInGuard)
class LettersController {
  @Get()
  list() {
    return ['Dear Ann'];
  }
}

const clock = new TestClock();
let app: INestApplication;

beforeAll(async () => {
  const module = await Test.createTestingModule({
    imports: [SessionsModule.forRoot({ engine: memoryEngine(clock), secretKey: 'test' })],
    controllers: [AccountController, LettersController],
  })
    .overrideProvider(SESSION_CLOCK)
    .useValue(clock.read)
    .compile();
  app = module.createNestApplication();
});

afterAll(() => app.close());

test('who wants to be remembered is, for thirty days', async () => {
  const ann = sessionAgent(app);
  await ann.post('/login', { json: { name: 'ann', remember: true } });

  clock.tick({ days: 29, hours: 23 });
  expect((await ann.get('/letters')).status).toBe(200);

  clock.tick({ hours: 1, seconds: 1 });
  expect((await ann.get('/letters')).status).toBe(403);
});
