import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Controller, Get, Post } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Test } from '@nestjs/testing';
import type { INestApplication } from '@nestjs/common';
import { Session, SessionsModule } from 'nestjs-django-sessions';
import { CreateDjangoSession1700000000000 } from 'nestjs-django-sessions/typeorm';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';
import { StatementLog } from '../support/statements.js';

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

  @Get('read')
  read(@Session() session: Session) {
    return { visits: session.get('visits', 0) };
  }

  @Post('write')
  write(@Session() session: Session) {
    session.set('visits', session.get('visits', 0) + 1);
    return { visits: session.get('visits') };
  }

  @Post('login')
  async login(@Session() session: Session) {
    session.set('user', 'ann');
    await session.cycleKey();
    return 'in';
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await session.flush();
    return 'out';
  }

  @Post('save')
  async save(@Session() session: Session) {
    session.set('saved', true);
    await session.save();
    return 'saved';
  }
}

const log = new StatementLog();
let app: INestApplication;
let url: string;
beforeAll(async () => {
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({
        type: 'better-sqlite3',
        database: ':memory:',
        migrations: [CreateDjangoSession1700000000000],
        migrationsRun: true,
        logging: true,
        logger: log,
      }),
      SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false }),
    ],
    controllers: [ShopController],
  }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(() => app.close());

async function known(): Promise<Visitor> {
  const visitor = new Visitor(url);
  await visitor.post('/write');
  return visitor;
}

describe('statements of the database engine', () => {
  test('a route without @Session() makes none, with or without a cookie', async () => {
    const visitor = await known();
    expect(await log.during(() => visitor.get('/nothing'))).toEqual([]);
    expect(await log.during(() => new Visitor(url).get('/nothing'))).toEqual([]);
    expect(await log.during(() => visitor.get('/no/such/route'))).toEqual([]);
  });

  test('a read makes one', async () => {
    const visitor = await known();
    expect(await log.during(() => visitor.get('/read'))).toEqual(['SELECT']);
    expect(await log.during(() => visitor.get('/handed'))).toEqual(['SELECT']);
  });

  test('a read without a cookie, or with one that is no key, makes none', async () => {
    expect(await log.during(() => new Visitor(url).get('/read'))).toEqual([]);
    expect(await log.during(() => fetch(`${url}/read`, { headers: { cookie: 'sessionid=../../etc/passwd' } }))).toEqual(
      [],
    );
  });

  test('a write makes one more', async () => {
    const visitor = await known();
    expect(await log.during(() => visitor.post('/write'))).toEqual(['SELECT', 'UPDATE']);
  });

  test('a first write makes one in all', async () => {
    expect(await log.during(() => new Visitor(url).post('/write'))).toEqual(['INSERT']);
  });

  test('a log-in makes one more, with all that was written', async () => {
    const visitor = await known();
    const before = visitor.cookies.get('sessionid');
    expect(await log.during(() => visitor.post('/login'))).toEqual(['SELECT', 'UPDATE']);
    expect(visitor.cookies.get('sessionid')).not.toBe(before);
    expect(await (await visitor.get('/read')).json()).toEqual({ visits: 1 });
  });

  test('a log-out makes one more', async () => {
    const visitor = await known();
    expect(await log.during(() => visitor.post('/logout'))).toEqual(['SELECT', 'DELETE']);
    expect(visitor.cookies.size).toBe(0);
  });

  test('what a handler saved itself is not saved again', async () => {
    const visitor = await known();
    expect(await log.during(() => visitor.post('/save'))).toEqual(['SELECT', 'UPDATE']);
  });
});
