import { afterEach, expect, test } from '@jest/globals';
import { type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CreateDjangoSession1700000000000, CreateUserSessions1700000000001 } from 'nestjs-django-sessions/typeorm';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';

process.env.SECRET_KEY = SECRET;

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(...parts: any[]): Promise<string> {
  const [imports, controllers, providers = []] = parts;
  const database = TypeOrmModule.forRoot({
    type: 'better-sqlite3',
    database: ':memory:',
    migrations: [CreateDjangoSession1700000000000, CreateUserSessions1700000000001],
    migrationsRun: true,
  });
  const module = await Test.createTestingModule({ imports: [database, ...imports], controllers, providers }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

const post = (visitor: Visitor, path: string, body: object = {}) =>
  visitor.post(path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

test('user-sessions.ts', async () => {
  const { DevicesController, Sessions, Staff } = await import('../../docs/examples/user-sessions.js');
  const url = await start([Sessions], [DevicesController], [Staff]);
  const [laptop, phone, tablet] = [new Visitor(url), new Visitor(url), new Visitor(url)];
  for (const [visitor, device] of [
    [laptop, 'laptop'],
    [phone, 'phone'],
    [tablet, 'tablet'],
  ] as const) {
    await post(visitor, '/account/login', { user: 'ann', device });
  }
  const devices = async () =>
    (await (await tablet.get('/account/devices')).json()) as { id: string; label: string; isCurrent: boolean }[];
  const listed = await devices();
  expect(listed.map(({ label }) => label).sort()).toEqual(['laptop', 'phone', 'tablet']);
  expect(listed.find(({ isCurrent }) => isCurrent)?.label).toBe('tablet');
  const { id } = listed.find(({ label }) => label === 'phone')!;
  expect(await (await tablet.post(`/account/devices/${id}/end`)).text()).toBe('true');
  expect((await devices()).map(({ label }) => label).sort()).toEqual(['laptop', 'tablet']);
  expect(await (await tablet.post('/account/devices/end-others')).text()).toBe('1');
  await app!.get(Staff).disable('ann');
  expect((await tablet.get('/account/devices')).status).toBe(403);
});

test('timeouts.ts', async () => {
  const { BankController, ByTheBook, Sessions } = await import('../../docs/examples/timeouts.js');
  for (const module of [Sessions, ByTheBook]) {
    const visitor = new Visitor(await start([module], [BankController]));
    expect((await visitor.post('/transfer')).status).toBe(401);
    await post(visitor, '/login', { user: 'ann' });
    expect((await visitor.post('/transfer')).status).toBe(201);
    await app!.close();
  }
  app = undefined;
});
