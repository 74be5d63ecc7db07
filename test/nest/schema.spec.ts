import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  type INestApplication,
  Module,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Response as ExpressResponse } from 'express';
import * as v from 'valibot';
import { z } from 'zod';
import {
  Session,
  SessionSchemaError,
  SessionsModule,
  type SessionsOptions,
  type SessionsOptionsError,
  type SessionUpgrade,
  type StandardSchemaV1,
} from 'nestjs-django-sessions';
import { CreateDjangoSession1700000000000 } from 'nestjs-django-sessions/typeorm';
import { DataSource } from 'typeorm';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';

@Controller()
class ShopController {
  @Get('nothing')
  nothing() {
    return 'nothing';
  }

  @Get('handed')
  handed(@Session() session: Session) {
    return typeof session;
  }

  @Get('data')
  data(@Session() session: Session) {
    return session.data;
  }

  @Post('data')
  write(@Session() session: Session, @Body() members: object) {
    session.update(members);
    return 'written';
  }

  @Post('responded')
  respond(@Session() session: Session, @Body() members: object, @Res() response: ExpressResponse) {
    session.update(members);
    response.send('written');
  }

  @Post('login')
  async login(@Session() session: Session, @Body() members: object) {
    session.update(members);
    await session.cycleKey();
    return 'in';
  }

  @Post('logout')
  async logout(@Req() request: IncomingMessage & { session: Session }) {
    await request.session.flush();
    return 'out';
  }
}

const folder = mkdtempSync(join(tmpdir(), 'sessions-'));
const database = join(folder, 'db.sqlite3');
afterAll(() => rmSync(folder, { recursive: true }));

const running: INestApplication[] = [];
beforeEach(() => rmSync(database, { force: true }));
afterEach(async () => {
  for (const app of running.splice(0)) await app.close();
});

/** A release of the application; all of them serve the same visitors. */
async function release(options: Partial<SessionsOptions>, providers: object[] = []): Promise<INestApplication> {
  @Module({
    imports: [
      TypeOrmModule.forRoot({
        type: 'better-sqlite3',
        database,
        migrations: [CreateDjangoSession1700000000000],
        migrationsRun: true,
      }),
      SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, ...options }),
    ],
    controllers: [ShopController],
    providers: providers as never[],
  })
  class ShopModule {}
  const app = (await Test.createTestingModule({ imports: [ShopModule] }).compile()).createNestApplication({
    logger: false,
  });
  await app.listen(0, '127.0.0.1');
  running.push(app);
  return app;
}

async function visit(app: INestApplication, before?: Visitor): Promise<Visitor> {
  const visitor = new Visitor(await app.getUrl());
  for (const [name, value] of before?.cookies ?? []) visitor.cookies.set(name, value);
  return visitor;
}
const rows = (app: INestApplication) => app.get(DataSource).query<object[]>('SELECT * FROM django_session');
const send = (visitor: Visitor, path: string, members: object) =>
  visitor.post(path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(members) });

const SCHEMAS: [string, StandardSchemaV1<object, unknown>][] = [
  ['zod', z.object({ cart: z.array(z.string()), theme: z.enum(['light', 'dark']).default('light') })],
  ['valibot', v.object({ cart: v.array(v.string()), theme: v.optional(v.picklist(['light', 'dark']), 'light') })],
];
const ENGINES = ['db', 'signed_cookies'] as const;

describe.each(SCHEMAS.flatMap(([name, schema]) => ENGINES.map((engine) => ({ name, schema, engine }))))(
  'a schema of $name with the engine $engine',
  ({ schema, engine }) => {
    test('what fits is stored as it is, also what the schema does not know', async () => {
      const visitor = await visit(await release({ engine, schema }));
      const members = { cart: ['pear'], _auth_user_id: '7' };
      expect((await send(visitor, '/data', members)).status).toBe(201);
      const answer = await visitor.get('/data');
      expect(await answer.json()).toEqual(members);
      expect(answer.headers.getSetCookie()).toEqual([]);
    });

    test.each(['/data', '/responded', '/login'])(
      'POST %s: what does not fit is a 500, and not stored',
      async (path) => {
        const app = await release({ engine, schema });
        const visitor = await visit(app);
        await send(visitor, '/data', { cart: ['pear'] });
        const before = [await rows(app), [...visitor.cookies]];
        const answer = await send(visitor, path, { cart: ['pear', { price: 7 }] });
        expect(answer.status).toBe(500);
        expect(await answer.json()).toEqual({ statusCode: 500, message: 'Internal server error' });
        expect(answer.headers.getSetCookie()).toEqual([]);
        expect([await rows(app), [...visitor.cookies]]).toEqual(before);
        expect(await (await visitor.get('/data')).json()).toEqual({ cart: ['pear'] });
      },
    );

    test('what was stored before and does not fit is a 500, and stays; routes that do not ask for it are served', async () => {
      const old = await release({ engine });
      const early = await visit(old);
      await send(early, '/data', { cart: 'pear,fig' });
      const app = await release({ engine, schema });
      const visitor = await visit(app, early);
      const before = [await rows(app), [...visitor.cookies]];
      for (const path of ['/data', '/handed']) {
        const answer = await visitor.get(path);
        expect(answer.status).toBe(500);
        expect(await answer.json()).toEqual({ statusCode: 500, message: 'Internal server error' });
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
      expect((await visitor.get('/nothing')).status).toBe(200);
      expect([await rows(app), [...visitor.cookies]]).toEqual(before);
      expect(await (await (await visit(old, visitor)).get('/data')).json()).toEqual({ cart: 'pear,fig' });
      expect((await visitor.post('/logout')).status).toBe(201);
      expect((await visitor.get('/data')).status).toBe(200);
    });

    test('with upgrade it is stored once, by the first request that uses it', async () => {
      const early = await visit(await release({ engine }));
      await send(early, '/data', { cart: 'pear,fig', _auth_user_id: '7' });
      const calls: unknown[] = [];
      const upgrade: SessionUpgrade = async (data, issues) => {
        calls.push(issues.map(({ path }) => path));
        return { ...data, cart: data.cart.split(',') };
      };
      const app = await release({ engine, schema, upgrade });
      const visitor = await visit(app, early);
      const before = await rows(app);
      expect((await visitor.get('/handed')).headers.getSetCookie()).toEqual([]);
      expect(await rows(app)).toEqual(before);
      const first = await visitor.get('/data');
      expect(await first.json()).toEqual({ cart: ['pear', 'fig'], _auth_user_id: '7' });
      expect(first.headers.getSetCookie()).toHaveLength(1);
      const second = await visitor.get('/data');
      expect(await second.json()).toEqual({ cart: ['pear', 'fig'], _auth_user_id: '7' });
      expect(second.headers.getSetCookie()).toEqual([]);
      expect(calls).toEqual([['cart'], ['cart']]);
    });

    test('upgrade to null: the visitor starts with an empty session', async () => {
      const early = await visit(await release({ engine }));
      await send(early, '/data', { cart: 'pear,fig' });
      const visitor = await visit(await release({ engine, schema, upgrade: () => null }), early);
      expect(await (await visitor.get('/data')).json()).toEqual({});
      expect((await send(visitor, '/data', { cart: ['pear'] })).status).toBe(201);
      expect(await (await visitor.get('/data')).json()).toEqual({ cart: ['pear'] });
    });

    test('with saveEveryRequest the upgrade is stored by any request', async () => {
      const early = await visit(await release({ engine }));
      await send(early, '/data', { cart: 'pear,fig' });
      const upgrade: SessionUpgrade = ({ cart }) => ({ cart: cart.split(',') });
      const visitor = await visit(await release({ engine, schema, upgrade, saveEveryRequest: true }), early);
      expect((await visitor.get('/nothing')).headers.getSetCookie()).toHaveLength(1);
      const later = await visit(await release({ engine, schema }), visitor);
      expect(await (await later.get('/data')).json()).toEqual({ cart: ['pear', 'fig'] });
    });
  },
);

test('the error reaches the filters of the application, with its paths', async () => {
  @Catch(SessionSchemaError)
  class SchemaFilter implements ExceptionFilter {
    catch(error: SessionSchemaError, host: ArgumentsHost) {
      const response = host.switchToHttp().getResponse<ExpressResponse>();
      response.status(422).json({ when: error.when, paths: error.issues.map(({ path }) => path) });
    }
  }
  const app = await release({ schema: SCHEMAS[0]![1] }, [{ provide: APP_FILTER, useClass: SchemaFilter }]);
  const visitor = await visit(app);
  const answer = await send(visitor, '/data', { cart: [7], theme: 'red' });
  expect(answer.status).toBe(422);
  expect(await answer.json()).toEqual({ when: 'saving', paths: ['cart[0]', 'theme'] });
  expect(await rows(app)).toEqual([]);
  expect(visitor.cookies.size).toBe(0);
});

test('a forged cookie is an empty session, and no matter for the schema', async () => {
  const upgrade: SessionUpgrade = () => {
    throw new Error('asked');
  };
  const visitor = await visit(await release({ engine: 'signed_cookies', schema: SCHEMAS[0]![1], upgrade }));
  visitor.cookies.set('sessionid', 'eyJjYXJ0IjoxfQ:1abcde:forged');
  const answer = await visitor.get('/data');
  expect(await answer.json()).toEqual({});
  expect(answer.headers.getSetCookie()).toHaveLength(1);
});

describe('options', () => {
  const problemsOf = (options: object) =>
    release(options).then(
      () => [],
      (error: SessionsOptionsError) => error.problems,
    );

  const notA = 'schema must be a Standard Schema, such as one of zod, valibot or arktype, got';
  test.each<[problem: string, options: object]>([
    [`${notA} "cart"`, { schema: 'cart' }],
    [`${notA} null`, { schema: null }],
    [`${notA} {"cart":"string[]"}`, { schema: { cart: 'string[]' } }],
    [`${notA} {"~standard":{"version":2}}`, { schema: { '~standard': { version: 2, validate() {} } } }],
    ['upgrade must be a function that answers the new data, got {}', { schema: v.object({}), upgrade: {} }],
    ['upgrade needs a schema, which says what has to be upgraded', { upgrade: () => null }],
  ])('%s', async (problem, options) => {
    expect(await problemsOf(options)).toEqual([problem]);
  });

  test('a schema may be a function, as those of arktype are', async () => {
    const schema = Object.assign(() => {}, {
      '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
    });
    expect(await problemsOf({ schema })).toEqual([]);
  });
});
