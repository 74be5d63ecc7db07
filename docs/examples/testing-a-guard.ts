import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Controller, Get, type INestApplication, UseGuards } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SessionsModule } from 'nestjs-django-sessions';
import { memoryEngine, sessionAgent, sessionCookie } from 'nestjs-django-sessions/testing';
import supertest from 'supertest';
import { SignedInGuard } from './signed-in.guard.js';

@Controller('letters')
@UseGuards(SignedInGuard)
class LettersController {
  @Get()
  list() {
    return ['Dear Ann'];
  }
}

let app: INestApplication;

beforeAll(async () => {
  const module = await Test.createTestingModule({
    imports: [SessionsModule.forRoot({ engine: memoryEngine(), secretKey: 'test' })],
    controllers: [LettersController],
  }).compile();
  app = module.createNestApplication();
});

afterAll(() => app.close());

test('letters are for those who are signed in', async () => {
  const stranger = sessionAgent(app);
  expect((await stranger.get('/letters')).status).toBe(403);

  const ann = sessionAgent(app);
  await ann.startSession({ user: 'ann' });
  expect(await (await ann.get('/letters')).json()).toEqual(['Dear Ann']);
});

test('the same with supertest', async () => {
  await app.init();
  const cookie = await sessionCookie(app, { user: 'ann' });
  await supertest(app.getHttpServer()).get('/letters').set('Cookie', cookie).expect(200, ['Dear Ann']);
});
