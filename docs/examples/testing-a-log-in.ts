import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Controller, Get, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Session, SessionsModule } from 'nestjs-django-sessions';
import { loginAs, memoryEngine, sessionAgent } from 'nestjs-django-sessions/testing';
import { AccountController } from './account.controller.js';

@Controller()
class MemberController {
  @Get('member')
  show(@Session('_auth_user_id') id: string | undefined) {
    return { id: id ?? null };
  }

  @Get('theme')
  theme(@Session('theme') theme: string | undefined) {
    return { theme: theme ?? null };
  }
}

let app: INestApplication;

beforeAll(async () => {
  const module = await Test.createTestingModule({
    imports: [SessionsModule.forRoot({ engine: memoryEngine(), secretKey: 'test' })],
    controllers: [AccountController, MemberController],
  }).compile();
  app = module.createNestApplication();
});

afterAll(() => app.close());

test('a log-in keeps the cart, under a new key; a log-out ends it', async () => {
  const ann = sessionAgent(app);
  await ann.startSession({ cart: ['pear'] });
  const anonymous = ann.cookies.sessionid;

  await ann.post('/login', { json: { name: 'ann' } });
  expect(ann.cookies.sessionid).not.toBe(anonymous);
  expect((await ann.session()).data).toMatchObject({ cart: ['pear'], user: 'ann' });

  await ann.post('/logout');
  expect(ann.cookies).toEqual({});
});

test('a log-in that is not remembered ends with the browser', async () => {
  const ann = sessionAgent(app);
  await ann.post('/login', { json: { name: 'ann', remember: false } });
  ann.closeBrowser();
  expect(ann.cookies).toEqual({});
});

test('a page of members', async () => {
  const ann = sessionAgent(app);
  await loginAs(ann, { id: 7 });
  expect(await (await ann.get('/member')).json()).toEqual({ id: '7' });
});

test('the page has the theme of the session', async () => {
  const ann = sessionAgent(app);
  const session = await ann.session();
  session.set('theme', 'dark');
  await session.save();
  expect(await (await ann.get('/theme')).json()).toEqual({ theme: 'dark' });
});
