import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, type INestApplication, type ModuleMetadata, Post } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  getSessionsToken,
  InjectSessions,
  Session,
  type SessionsModuleExtras,
  type SessionsOptions,
  SessionsModule,
  SessionsService,
} from 'nestjs-django-sessions';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { embeddedDatabase, SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';

@Controller()
class OfficeController {
  constructor(
    private readonly sessions: SessionsService,
    @InjectSessions('admin') private readonly adminSessions: SessionsService,
  ) {}

  @Post('shop')
  shop(@Session() session: Session) {
    session.set('who', 'a customer');
  }

  @Post('admin')
  admin(@Session({ name: 'admin' }) session: Session) {
    session.set('who', 'an admin');
  }

  @Post('both')
  both(@Session() session: Session, @Session({ name: 'admin' }) admin: Session) {
    session.set('who', 'a customer');
    admin.set('who', 'an admin');
  }

  @Post('leave')
  async leave(@Session({ name: 'admin' }) admin: Session) {
    await admin.flush();
  }

  @Post('unkeepable')
  unkeepable(@Session() session: Session, @Session({ name: 'admin' }) admin: Session) {
    session.set('who', 'kept');
    admin.data['when'] = new Date();
  }

  @Post('unkeepable-after-a-new-key')
  async unkeepableLate(@Session() session: Session, @Session({ name: 'admin' }) admin: Session) {
    session.set('who', 'logged in');
    await session.cycleKey();
    admin.data['when'] = new Date();
  }

  @Get('shop')
  async inShop(@Session() session: Session) {
    return { ...session.data, key: session.sessionKey, owned: (await this.sessions.open()).isEmpty() };
  }

  @Get('admin')
  inAdmin(@Session({ name: 'admin', key: 'who' }) who: string | undefined) {
    return { who: who ?? null, service: this.adminSessions !== this.sessions };
  }

  @Get('other')
  other(@Session({ name: 'other' }) session: Session) {
    return session.size;
  }
}

let app: INestApplication | undefined;
const folder = mkdtempSync(join(tmpdir(), 'named-sessions-'));
afterEach(async () => {
  await app?.close();
  app = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

type Kind = Partial<SessionsOptions> & SessionsModuleExtras;

async function start(shop: Kind, admin: Kind, adapter: ExpressAdapter | FastifyAdapter = new ExpressAdapter()) {
  return startWith(
    [
      SessionsModule.forRoot({ secretKey: SECRET, ...shop }),
      SessionsModule.forRoot({ secretKey: SECRET, name: 'admin', cookieName: 'adminid', ...admin }),
    ],
    adapter,
  );
}

async function startWith(imports: ModuleMetadata['imports'] & object, adapter = new ExpressAdapter() as object) {
  const module = await Test.createTestingModule({
    imports: [ScheduleModule.forRoot(), embeddedDatabase(), ...imports],
    controllers: [OfficeController],
  }).compile();
  app = module.createNestApplication(adapter as ExpressAdapter, { logger: false });
  await app.listen(0, '127.0.0.1');
  return new Visitor(await app.getUrl());
}

const json = async (response: Response) => (await response.json()) as Record<string, unknown>;

const shared = new MemoryCache();
const STORES: [string, Kind, Kind][] = [
  ['two engines', { engine: 'db' }, { engine: 'encrypted_cookies' }],
  ['one table', { engine: 'db' }, { engine: 'db' }],
  ['one folder', { engine: 'file', filePath: folder }, { engine: 'file', filePath: folder }],
  [
    'one cache',
    { engine: 'cache', caches: { default: { backend: shared } } },
    { engine: 'cache', caches: { default: { backend: shared } } },
  ],
  [
    'one table behind one cache',
    { engine: 'cached_db', caches: { default: { backend: shared } } },
    { engine: 'cached_db', caches: { default: { backend: shared } } },
  ],
  ['signed cookies', { engine: 'signed_cookies' }, { engine: 'signed_cookies' }],
  ['encrypted cookies', { engine: 'encrypted_cookies' }, { engine: 'encrypted_cookies' }],
];

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('named sessions on %s', (_, adapter) => {
  describe.each(STORES)('in %s', (_name, shop, admin) => {
    test('each has its own cookie and its own data', async () => {
      const visitor = await start(shop, admin, adapter());
      await visitor.post('/shop');
      expect([...visitor.cookies.keys()]).toEqual(['sessionid']);
      expect(await json(await visitor.get('/admin'))).toEqual({ who: null, service: true });
      await visitor.post('/admin');
      expect([...visitor.cookies.keys()]).toEqual(['sessionid', 'adminid']);
      expect(await json(await visitor.get('/admin'))).toEqual({ who: 'an admin', service: true });
      expect(await json(await visitor.get('/shop'))).toMatchObject({ who: 'a customer', owned: true });
    });

    test('one is nothing under the name of another, in the same store under the same secret', async () => {
      const visitor = await start(shop, admin, adapter());
      await visitor.post('/both');
      const [own, foreign] = [visitor.cookies.get('sessionid')!, visitor.cookies.get('adminid')!];
      const thief = new Visitor(visitor.url);
      thief.cookies.set('sessionid', foreign);
      expect(await json(await thief.get('/shop'))).not.toHaveProperty('who');
      thief.cookies.set('adminid', own);
      expect(await json(await thief.get('/admin'))).toMatchObject({ who: null });
      // And the theft has ended nothing.
      expect(await json(await visitor.get('/shop'))).toMatchObject({ who: 'a customer' });
      expect(await json(await visitor.get('/admin'))).toMatchObject({ who: 'an admin' });
    });

    test('the end of one is not the end of the other', async () => {
      const visitor = await start(shop, admin, adapter());
      await visitor.post('/both');
      await visitor.post('/leave');
      expect([...visitor.cookies.keys()]).toEqual(['sessionid']);
      expect(await json(await visitor.get('/shop'))).toMatchObject({ who: 'a customer' });
      expect(await json(await visitor.get('/admin'))).toMatchObject({ who: null });
    });
  });

  test('an answer carries the cookies of both, each with its own path', async () => {
    const visitor = await start({}, { cookiePath: '/admin', cookieSameSite: 'Strict' }, adapter());
    const response = await visitor.post('/both');
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^sessionid=.*; Path=\/; SameSite=Lax$/),
      expect.stringMatching(/^adminid=.*; Path=\/admin; SameSite=Strict$/),
    ]);
    expect(response.headers.get('vary')).toBe('Cookie');
  });

  test('one that cannot be saved makes an error of the answer', async () => {
    const visitor = await start({}, {}, adapter());
    await visitor.post('/both');
    expect((await visitor.post('/unkeepable')).status).toBe(500);
    expect(await json(await visitor.get('/admin'))).toMatchObject({ who: 'an admin' });
  });

  test('a key that had changed by then is told with the error', async () => {
    const visitor = await start({}, {}, adapter());
    await visitor.post('/both');
    const before = visitor.cookies.get('sessionid');
    expect((await visitor.post('/unkeepable-after-a-new-key')).status).toBe(500);
    expect(visitor.cookies.get('sessionid')).not.toBe(before);
    expect(await json(await visitor.get('/shop'))).toMatchObject({ who: 'logged in' });
  });

  test('a name that no module has', async () => {
    const visitor = await start({}, {}, adapter());
    expect((await visitor.get('/other')).status).toBe(500);
  });
});

describe('modules', () => {
  test('a module with a name may get its options from a factory', async () => {
    const visitor = await startWith([
      SessionsModule.forRoot({ secretKey: SECRET }),
      SessionsModule.forRootAsync({
        name: 'admin',
        useFactory: () => ({ secretKey: 'another secret of 32 characters..', cookieName: 'adminid' }),
      }),
    ]);
    await visitor.post('/both');
    expect(await json(await visitor.get('/admin'))).toMatchObject({ who: 'an admin' });
  });

  test('the class is the token of the one without a name, in any order', async () => {
    await startWith([
      SessionsModule.forRoot({ secretKey: SECRET, name: 'admin', cookieName: 'adminid' }),
      SessionsModule.forRoot({ secretKey: SECRET }),
    ]);
    expect(app!.get(SessionsService)).toBe(app!.get(getSessionsToken()));
    expect(app!.get(SessionsService)).not.toBe(app!.get(getSessionsToken('admin')));
    const session = await app!.get<SessionsService>(getSessionsToken('admin')).open();
    await session.save();
    expect(app!.get<SessionsService>(getSessionsToken('admin')).cookieHeader(session)).toBe(
      `adminid=${session.sessionKey}`,
    );
  });

  test('each clears its own expired sessions', async () => {
    await start({}, {});
    const jobs = [...app!.get(SchedulerRegistry).getCronJobs().keys()];
    expect(jobs.sort()).toEqual(['clearSessions', 'clearSessions.admin']);
  });

  const refusals: [string, ModuleMetadata['imports'] & object, RegExp][] = [
    [
      'two without a name',
      [SessionsModule.forRoot({ secretKey: SECRET }), SessionsModule.forRoot({ secretKey: SECRET, cookieName: 'b' })],
      /imported twice without a name: give the second one a name and a cookieName/,
    ],
    [
      'two with one name',
      ['a', 'b'].map((cookieName) => SessionsModule.forRoot({ secretKey: SECRET, name: 'admin', cookieName })),
      /imported twice with the name "admin"/,
    ],
    [
      'two with one cookie',
      [SessionsModule.forRoot({ secretKey: SECRET }), SessionsModule.forRoot({ secretKey: SECRET, name: 'admin' })],
      /cookieName "sessionid" is taken by the SessionsModule without a name: give "admin" another/,
    ],
    ['an empty name', [SessionsModule.forRoot({ secretKey: SECRET, name: '' })], /name must be a text, got ""/],
    [
      'a named one for libraries of express-session',
      [SessionsModule.forRoot({ secretKey: SECRET, name: 'admin', expressSession: true })],
      /expressSession is for the sessions without a name/,
    ],
  ];
  test.each(refusals)('%s are refused at start-up', async (_, imports, message) => {
    const refused = Test.createTestingModule({ imports: [embeddedDatabase(), ...imports] }).compile();
    await expect(refused).rejects.toThrow(message);
  });
});
