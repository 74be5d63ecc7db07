import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Controller, Module, Post, Query } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { Session, SessionsModule, SessionsService } from 'nestjs-django-sessions';
import { embeddedDatabase, SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';

process.env.SECRET_KEY = SECRET;
process.env.ADMIN_SECRET_KEY = `${SECRET}-of-the-office`;

@Controller()
class SetController {
  @Post('set')
  set(@Session() session: Session, @Query() values: Record<string, string>) {
    session.update(values);
  }
}

let app: NestExpressApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(...imports: any[]): Promise<Visitor> {
  app = (
    await Test.createTestingModule({
      imports: [embeddedDatabase(), ...imports],
      controllers: [SetController],
    }).compile()
  ).createNestApplication<NestExpressApplication>({ logger: false });
  app.setBaseViewsDir(fileURLToPath(new URL('views', import.meta.url)));
  app.setViewEngine('hbs');
  await app.listen(0, '127.0.0.1');
  return new Visitor(await app.getUrl());
}

async function stored(visitor: Visitor) {
  const session = await app!.get(SessionsService).open(visitor.cookies.get('sessionid') ?? null);
  return { ...session.data } as Record<string, unknown>;
}

describe('where.ts', () => {
  async function places() {
    const { PlacesModule } = await import('../../docs/examples/where.js');
    @Module({ imports: [PlacesModule, SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false })] })
    class PlacesApplication {}
    return start(PlacesApplication);
  }

  test('a handler, and the value of a key', async () => {
    const visitor = await places();
    expect(await (await visitor.get('/profile')).json()).toEqual({ user: 'nobody' });
    await visitor.post('/set?user=ann&language=de');
    expect(await (await visitor.get('/profile')).json()).toEqual({ user: 'ann' });
    expect(await (await visitor.get('/language')).text()).toBe('de');
  });

  test('middleware', async () => {
    const visitor = await places();
    await visitor.get('/profile');
    await visitor.get('/profile');
    expect(await stored(visitor)).toEqual({ seen: 2 });
  });

  test('a guard', async () => {
    const visitor = await places();
    expect((await visitor.get('/members')).status).toBe(403);
    await visitor.post('/set?user=ann');
    expect(await (await visitor.get('/members')).text()).toBe('welcome');
  });

  test('an interceptor', async () => {
    const visitor = await places();
    await visitor.get('/greet?word=hello');
    expect(await stored(visitor)).toMatchObject({ pages: ['/greet?word=hello'] });
  });

  test('a pipe', async () => {
    const visitor = await places();
    expect(await (await visitor.get('/greet?word=hello')).text()).toBe('hello');
    await visitor.post('/set?language=de');
    expect(await (await visitor.get('/greet?word=hello')).text()).toBe('hallo');
  });

  test('an exception filter', async () => {
    const visitor = await places();
    expect((await visitor.get('/closed')).status).toBe(403);
    expect(await stored(visitor)).toMatchObject({ lastError: 'closed today' });
  });

  test('a view', async () => {
    const visitor = await places();
    await visitor.post('/set?user=ann');
    expect((await (await visitor.get('/page')).text()).trim()).toBe('<p>A page for ann</p>');
  });

  test('a job', async () => {
    const { Reminders } = await import('../../docs/examples/where.js');
    const visitor = await places();
    await visitor.post('/set?user=ann');
    await app!.get(Reminders).remind(visitor.cookies.get('sessionid')!);
    expect(await stored(visitor)).toMatchObject({ user: 'ann', reminder: 'Your cart misses you.' });
    await app!.get(Reminders).remind('unknownkey0123456789abcdefghijkl');
  });
});

test('several-sessions.ts', async () => {
  const { AdminController, Sessions, ShopController, Staff } = await import('../../docs/examples/several-sessions.js');
  @Module({ imports: Sessions, controllers: [ShopController, AdminController], providers: [Staff] })
  class OfficeModule {}
  const visitor = await start(OfficeModule);
  await visitor.post('/login');
  expect(await (await visitor.get('/admin/who')).json()).toEqual({ operator: null });
  const answer = await visitor.post('/admin/login');
  expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^adminid=.*Max-Age=900; Path=\/admin; Same/)]);
  expect(await (await visitor.get('/admin/who')).json()).toEqual({ operator: 'root' });
  expect(await (await visitor.post('/admin/clear')).text()).toBe('0');
});
