import { afterEach, describe, expect, test } from '@jest/globals';
import { Body, Controller, Get, type INestApplication, Module, Post } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Session, SessionSchemaError, SessionsModule, SessionsService } from 'nestjs-django-sessions';
import { DataSource } from 'typeorm';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { embeddedDatabase, SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';

process.env.SECRET_KEY = SECRET;

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(parts: { imports: any[]; controllers?: any[] }): Promise<Visitor> {
  @Module({ ...parts, imports: [embeddedDatabase(), ...parts.imports] })
  class ExampleModule {}
  app = (await Test.createTestingModule({ imports: [ExampleModule] }).compile()).createNestApplication({
    logger: false,
  });
  await app.listen(0, '127.0.0.1');
  return new Visitor(await app.getUrl());
}

const send = (visitor: Visitor, path: string, body: object) =>
  visitor.post(path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** What an older release has stored for this visitor. */
async function plant(visitor: Visitor, data: object): Promise<void> {
  const key = 'olderreleasessession000000000000';
  await app!
    .get(DataSource)
    .query('INSERT INTO django_session VALUES (?, ?, ?)', [
      key,
      new SessionCodec([SECRET]).encode(JSON.stringify(data), Date.now() / 1000),
      '2099-01-01 00:00:00',
    ]);
  visitor.cookies.set('sessionid', key);
}

test('typed-session.ts', async () => {
  const { ThemeController } = await import('../../docs/examples/typed-session.js');
  const visitor = await start({
    imports: [SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false })],
    controllers: [ThemeController],
  });
  expect(await (await visitor.get('/theme')).json()).toEqual({ theme: 'light', items: 0 });
  await send(visitor, '/theme', { theme: 'dark' });
  expect(await (await visitor.get('/theme')).json()).toEqual({ theme: 'dark', items: 0 });
});

test('typed-application.ts', async () => {
  // By name: what it declares for every session would count for this program too.
  const example = '../../docs/examples/typed-application.js';
  const { ThemeController, shopSchema } = await import(example);
  const visitor = await start({
    imports: [SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, schema: shopSchema })],
    controllers: [ThemeController],
  });
  expect(await (await send(visitor, '/theme', { theme: 'dark' })).json()).toEqual({ items: 0 });
  expect((await send(visitor, '/theme', { theme: 'red' })).status).toBe(500);
});

describe('session-schema.ts', () => {
  const pear = { name: 'pear', quantity: 2 };

  test('refuses what does not fit', async () => {
    const { CartController, Sessions } = await import('../../docs/examples/session-schema.js');
    const visitor = await start({ imports: [Sessions], controllers: [CartController] });
    expect((await send(visitor, '/cart', pear)).status).toBe(201);
    expect((await send(visitor, '/cart', { name: 'fig', quantity: -1 })).status).toBe(500);
    expect(await (await visitor.get('/cart')).json()).toEqual([pear]);
    await plant(visitor, { cart: ['pear'] });
    expect((await visitor.get('/cart')).status).toBe(500);
  });

  test('upgrades what an older release has stored', async () => {
    const { CartController, UpgradedSessions } = await import('../../docs/examples/session-schema.js');
    const visitor = await start({ imports: [UpgradedSessions], controllers: [CartController] });
    await plant(visitor, { cart: ['fig'], _auth_user_id: '7' });
    await send(visitor, '/cart', pear);
    expect(await (await visitor.get('/cart')).json()).toEqual([{ name: 'fig', quantity: 1 }, pear]);
    const session = await app!.get(SessionsService).open(visitor.cookies.get('sessionid')!);
    expect(session.get('_auth_user_id')).toBe('7');
  });

  test('and starts anew where there is nothing to be saved', async () => {
    const { CartController, UpgradedSessions } = await import('../../docs/examples/session-schema.js');
    const visitor = await start({ imports: [UpgradedSessions], controllers: [CartController] });
    await plant(visitor, { cart: 'fig' });
    expect(await (await visitor.get('/cart')).json()).toEqual([]);
  });
});

test('strict-schema.ts takes what Django keeps, and nothing that is not named', async () => {
  @Controller()
  class AnythingController {
    @Get()
    show(@Session() session: Session) {
      return session.data;
    }

    @Post()
    set(@Session() session: Session, @Body() members: object) {
      session.update(members);
      session.setExpiry(60);
    }
  }
  const { StrictSessions } = await import('../../docs/examples/strict-schema.js');
  const visitor = await start({ imports: [StrictSessions], controllers: [AnythingController] });
  const django = { _auth_user_id: '7', _auth_user_backend: 'django.contrib.auth', _auth_user_hash: 'f00' };
  await plant(visitor, django);
  expect((await send(visitor, '/', { cart: ['pear'] })).status).toBe(201);
  expect(await (await visitor.get()).json()).toEqual({ ...django, cart: ['pear'], _session_expiry: 60 });
  expect((await send(visitor, '/', { basket: [] })).status).toBe(500);
  const session = await app!.get(SessionsService).open(visitor.cookies.get('sessionid')!);
  session.set('basket', []);
  await expect(session.save()).rejects.toThrow(SessionSchemaError);
});
