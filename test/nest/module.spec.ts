import { afterEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, Global, Inject, Injectable, Module, type INestApplication } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import {
  claimSessionKey,
  type SavedSession,
  Session,
  type SessionEngine,
  SessionsModule,
  type SessionsOptions,
  SessionsOptionsError,
  SessionsService,
  type StoredSession,
} from 'nestjs-django-sessions';
import { CreateDjangoSession1700000000000, DjangoSession } from 'nestjs-django-sessions/typeorm';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';

@Controller()
class CounterController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  count(@Session() session: Session) {
    session.set('visits', session.get('visits', 0) + 1);
    return { visits: session.get('visits'), engine: this.sessions.engine.constructor.name };
  }
}

const database = (options: object = {}) =>
  TypeOrmModule.forRoot({
    type: 'better-sqlite3',
    database: ':memory:',
    migrations: [CreateDjangoSession1700000000000],
    migrationsRun: true,
    ...options,
  });

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(imports: any[], prepare: (app: INestApplication) => void = () => {}): Promise<Visitor> {
  const module = await Test.createTestingModule({ imports, controllers: [CounterController] }).compile();
  app = module.createNestApplication({ logger: false });
  prepare(app);
  await app.listen(0, '127.0.0.1');
  return new Visitor(await app.getUrl());
}

async function expectCounted(visitor: Visitor, engine = 'DatabaseEngine', path = '/') {
  expect((await (await visitor.get(path)).json()) as object).toEqual({ visits: 1, engine });
  expect((await (await visitor.get(path)).json()) as object).toEqual({ visits: 2, engine });
}

const options: SessionsOptions = { secretKey: SECRET, clearSessions: false };

describe('ways to configure', () => {
  test('forRoot', async () => {
    await expectCounted(await start([database(), SessionsModule.forRoot(options)]));
  });

  test('forRootAsync with useFactory: the engine is chosen by ConfigService', async () => {
    const visitor = await start([
      ConfigModule.forRoot({
        ignoreEnvFile: true,
        load: [() => ({ SESSION_ENGINE: 'django.contrib.sessions.backends.db' })],
      }),
      database(),
      SessionsModule.forRootAsync({
        imports: [ConfigModule],
        inject: [ConfigService],
        useFactory: (config: ConfigService) => ({ ...options, engine: config.getOrThrow<string>('SESSION_ENGINE') }),
      }),
    ]);
    await expectCounted(visitor);
  });

  @Injectable()
  class Options {
    createSessionsOptions(): SessionsOptions {
      return { ...options, cookieName: 'from-class' };
    }
  }

  test('forRootAsync with useClass', async () => {
    const visitor = await start([database(), SessionsModule.forRootAsync({ useClass: Options })]);
    await expectCounted(visitor);
    expect([...visitor.cookies.keys()]).toEqual(['from-class']);
  });

  test('forRootAsync with useExisting', async () => {
    @Module({ providers: [Options], exports: [Options] })
    class OptionsModule {}
    const visitor = await start([
      database(),
      SessionsModule.forRootAsync({ imports: [OptionsModule], useExisting: Options }),
    ]);
    await expectCounted(visitor);
    expect([...visitor.cookies.keys()]).toEqual(['from-class']);
  });

  test('interceptor: false leaves placing it to the application; answers are saved all the same', async () => {
    await expectCounted(await start([database(), SessionsModule.forRoot({ ...options, interceptor: false })]));
  });

  test.each([
    ['under a global prefix', '/api/v1', '/api/v1'],
    ['beside routes that are excluded from it', '/', '/api/v1'],
  ])('%s', async (_, path) => {
    const visitor = await start([database(), SessionsModule.forRoot(options)], (application) =>
      application.setGlobalPrefix('api/v1', path === '/' ? { exclude: ['/'] } : {}),
    );
    await expectCounted(visitor, 'DatabaseEngine', path);
  });
});

describe('the DataSource', () => {
  test('with autoLoadEntities the entity can be looked into', async () => {
    @Injectable()
    class Viewer {
      constructor(@InjectRepository(DjangoSession) readonly sessions: Repository<DjangoSession>) {}
    }
    @Module({ imports: [TypeOrmModule.forFeature([DjangoSession])], providers: [Viewer] })
    class ViewerModule {}
    await expectCounted(
      await start([database({ autoLoadEntities: true }), SessionsModule.forRoot(options), ViewerModule]),
    );
    expect(await app!.get(Viewer, { strict: false }).sessions.count()).toBe(1);
  });

  test('an explicit list of entities works', async () => {
    await expectCounted(await start([database({ entities: [DjangoSession] }), SessionsModule.forRoot(options)]));
  });

  test('a named one', async () => {
    await expectCounted(
      await start([database({ name: 'other' }), SessionsModule.forRoot({ ...options, dataSource: 'other' })]),
    );
  });

  test('that is missing is told at start-up', async () => {
    await expect(start([SessionsModule.forRoot(options)])).rejects.toThrow(
      /engine 'db' needs a DataSource: import TypeOrmModule\.forRoot/,
    );
  });

  test('of an unknown name is told at start-up', async () => {
    await expect(start([database(), SessionsModule.forRoot({ ...options, dataSource: 'nobody' })])).rejects.toThrow(
      /dataSource "nobody" does not exist/,
    );
  });
});

describe("the user's own engine", () => {
  @Injectable()
  class Shelf {
    readonly sessions = new Map<string, { payload: string; expiresAt: number }>();
    readonly told: string[] = [];
  }
  @Module({ providers: [Shelf], exports: [Shelf] })
  class ShelfModule {}

  class ShelfEngine implements SessionEngine {
    constructor(@Inject(Shelf) private readonly shelf: Shelf) {}

    onModuleInit() {
      this.shelf.told.push('init');
    }

    onApplicationShutdown() {
      this.shelf.told.push('shutdown');
    }

    async load(key: string): Promise<StoredSession | null> {
      const found = this.shelf.sessions.get(key);
      return found && found.expiresAt > Date.now() ? { payload: found.payload, version: found.payload } : null;
    }

    async exists(key: string) {
      return this.shelf.sessions.has(key);
    }

    async create(payload: string, expiresAt: number): Promise<SavedSession> {
      const key = await claimSessionKey(async (drawn) => {
        if (this.shelf.sessions.has(drawn)) return false;
        this.shelf.sessions.set(drawn, { payload, expiresAt });
        return true;
      });
      return { key };
    }

    async save(key: string, payload: string, expiresAt: number, expected?: unknown): Promise<SavedSession | null> {
      const found = this.shelf.sessions.get(key);
      if (!found || (expected !== undefined && found.payload !== expected)) return null;
      this.shelf.sessions.set(key, { payload, expiresAt });
      return { key };
    }

    async delete(key: string) {
      this.shelf.sessions.delete(key);
    }
  }

  test('a class is made by Nest, with what it injects, and hears of start and end', async () => {
    const visitor = await start([SessionsModule.forRoot({ ...options, engine: ShelfEngine, imports: [ShelfModule] })]);
    await expectCounted(visitor, 'ShelfEngine');
    const shelf = app!.get(Shelf, { strict: false });
    expect([...shelf.sessions.values()][0]!.payload).toMatch(/^eyJ2aXNpdHMiOjJ9:\w+:/);
    expect(shelf.told).toEqual(['init']);
    await app!.close();
    app = undefined;
    expect(shelf.told).toEqual(['init', 'shutdown']);
  });

  test('a class of a global module needs no imports', async () => {
    @Global()
    @Module({ providers: [Shelf], exports: [Shelf] })
    class GlobalShelfModule {}
    await expectCounted(
      await start([GlobalShelfModule, SessionsModule.forRoot({ ...options, engine: ShelfEngine })]),
      'ShelfEngine',
    );
  });

  test('an instance is taken as it is', async () => {
    await expectCounted(
      await start([SessionsModule.forRoot({ ...options, engine: new ShelfEngine(new Shelf()) })]),
      'ShelfEngine',
    );
  });

  test('with forRootAsync the engine may be an injected provider', async () => {
    @Module({ providers: [Shelf, ShelfEngine], exports: [ShelfEngine] })
    class EngineModule {}
    await expectCounted(
      await start([
        SessionsModule.forRootAsync({
          imports: [EngineModule],
          inject: [ShelfEngine],
          useFactory: (engine: ShelfEngine) => ({ ...options, engine }),
        }),
      ]),
      'ShelfEngine',
    );
  });
});

describe('wrong options', () => {
  const problems = async (wrong: object): Promise<readonly string[]> => {
    const error = await start([database(), SessionsModule.forRoot(wrong as SessionsOptions)]).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(SessionsOptionsError);
    return (error as SessionsOptionsError).problems;
  };

  test('are all in one error', async () => {
    expect(
      await problems({
        secretKey: '',
        cookieAge: 'two weeks',
        cookieSameSite: 'Sometimes',
        saveEveryRequest: 'yes',
        cookiePath: 'no-slash',
        cokieName: 'sid',
      }),
    ).toEqual([
      'secretKey must be a secret text or bytes, the same as SECRET_KEY of a Django you share sessions with, got a string',
      'cookieAge must be a whole number of seconds, got "two weeks"',
      'cookiePath must be a path that begins with "/", got "no-slash"',
      'cookieSameSite must be "Lax", "Strict", "None", false or null, got "Sometimes"',
      'saveEveryRequest must be true or false, got "yes"',
      'unknown option cokieName; did you mean cookieName?',
    ]);
  });

  test.each([
    [{ cookieAge: 1.5 }, 'cookieAge must be a whole number of seconds, got 1.5'],
    [{ cookieAge: -1 }, 'cookieAge must be a whole number of seconds, got -1'],
    [{ cookieAge: Number.NaN }, 'cookieAge must be a whole number of seconds, got NaN'],
    [{ absoluteAge: 0 }, 'absoluteAge must be a whole number of seconds above 0, or null, got 0'],
    [{ engine: 'redis' }, /^engine must be one of "db".*got "redis"$/],
    [{ cookieName: 'a b' }, /^cookieName must be a cookie name/],
    [{ cookiePriority: 'Huge' }, 'cookiePriority must be "Low", "Medium", "High" or null, got "Huge"'],
    [{ timeZone: 'Mars/Olympus' }, /^timeZone must be the IANA name.*got "Mars\/Olympus"$/],
    [{ clearSessions: { cron: 5 } }, /^clearSessions must be false, or \{ cron/],
    [{ secretKeyFallbacks: 'old' }, 'secretKeyFallbacks must be a list of secret texts or bytes, got a string'],
    [{ SESSION_COOKIE_AGE: 60 }, 'unknown option SESSION_COOKIE_AGE; did you mean cookieAge?'],
    [{ cookieSecured: true }, 'unknown option cookieSecured; did you mean cookieSecure?'],
    [{ frobnicate: true }, 'unknown option frobnicate'],
    [{ cookieName: '__Host-sid' }, 'cookieSecure must be true, because browsers refuse a __Host- cookie without it'],
    [{ cookieSameSite: 'None' }, 'cookieSecure must be true, because browsers refuse SameSite=None without it'],
    [{ cookiePartitioned: true }, 'cookieSecure must be true, because browsers refuse a Partitioned cookie without it'],
    [
      { cookieName: '__Host-sid', cookieSecure: true, cookieDomain: 'example.org' },
      'cookieDomain must be null for a __Host- cookie',
    ],
  ])('%j', async (wrong, message) => {
    expect(await problems({ ...options, ...wrong })).toEqual([
      typeof message === 'string' ? message : expect.stringMatching(message),
    ]);
  });

  test('a secret is never shown', async () => {
    expect(JSON.stringify(await problems({ secretKey: 5, secretKeyFallbacks: ['hush', 7] }))).not.toMatch(
      /hush|\b[57]\b/,
    );
  });

  test('a missing secret is told', async () => {
    expect(await problems({})).toEqual([
      expect.stringMatching(/^secretKey must be a secret text or bytes.*got undefined$/),
    ]);
  });
});
