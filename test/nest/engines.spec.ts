import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, type INestApplication, Post } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type Cache, Session, SessionsModule, type SessionsOptions, SessionsService } from 'nestjs-django-sessions';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { SECRET, embeddedDatabase } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';

@Controller()
class VisitController {
  @Get()
  look(@Session() session: Session) {
    return { ...session.data };
  }

  @Post('visit')
  visit(@Session() session: Session) {
    session.set('visits', session.get('visits', 0) + 1);
    session.data.seen = { ...session.data.seen, deep: [session.data.visits] };
  }

  @Post('login')
  async logIn(@Session() session: Session) {
    session.set('user', 'ann');
    await session.cycleKey();
  }

  @Post('logout')
  async logOut(@Session() session: Session) {
    await session.flush();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'sessions-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ENGINES: Record<string, Partial<SessionsOptions>> = {
  db: { engine: 'db' },
  'django.contrib.sessions.backends.db': { engine: 'django.contrib.sessions.backends.db' },
  cache: { engine: 'cache' },
  'django.contrib.sessions.backends.cache': { engine: 'django.contrib.sessions.backends.cache' },
  'cache, pickled': { engine: 'cache', caches: { default: { backend: 'memory', values: 'pickle' } } },
  "cache, the user's own": { engine: 'cache', caches: { mine: { backend: new MemoryCache() } }, cacheAlias: 'mine' },
  cached_db: { engine: 'cached_db' },
  'django.contrib.sessions.backends.cached_db': { engine: 'django.contrib.sessions.backends.cached_db' },
  file: { engine: 'file', filePath: folder },
  'django.contrib.sessions.backends.file': { engine: 'django.contrib.sessions.backends.file', filePath: folder },
  signed_cookies: { engine: 'signed_cookies' },
  'django.contrib.sessions.backends.signed_cookies': { engine: 'django.contrib.sessions.backends.signed_cookies' },
  encrypted_cookies: { engine: 'encrypted_cookies' },
};

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(options: Partial<SessionsOptions>): Promise<Visitor> {
  const module = await Test.createTestingModule({
    imports: [embeddedDatabase(), SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, ...options })],
    controllers: [VisitController],
  }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  return new Visitor(await app.getUrl());
}

describe.each(Object.entries(ENGINES))('engine %s', (name, options) => {
  test('keeps a session, changes its key at log-in, and ends it', async () => {
    const visitor = await start(options);
    await visitor.post('/visit');
    await visitor.post('/visit');
    const data = { visits: 2, seen: { deep: [2] } };
    expect(await (await visitor.get()).json()).toEqual(data);
    const before = visitor.cookies.get('sessionid');
    await visitor.post('/login');
    expect(visitor.cookies.get('sessionid')).not.toBe(before);
    expect(await (await visitor.get()).json()).toEqual({ ...data, user: 'ann' });
    await visitor.post('/logout');
    expect(visitor.cookies.size).toBe(0);
    expect(await (await visitor.get()).json()).toEqual({});
    expect(await app!.get(SessionsService).clearExpired()).toBe(0);
    if (name.includes('cookies')) return;
    const stranger = new Visitor(visitor.url);
    stranger.cookies.set('sessionid', before!);
    expect(await (await stranger.get()).json()).toEqual({});
  });
});

describe('wrong caches and folders are told at start-up', () => {
  test.each<[object, RegExp]>([
    [{ engine: 'cache', cacheAlias: 'other' }, /cacheAlias "other" names no entry of caches; there is "default"/],
    [
      { caches: { a: { backend: 'disk' } } },
      /caches\.a\.backend must be "memory", "redis", "memcached", "dummy" or a Cache, got "disk"/,
    ],
    [{ caches: { a: {} } }, /caches\.a\.backend must be .* got undefined/],
    [{ caches: { a: { backend: 'redis', ttl: 5 } } }, /caches\.a has an unknown member ttl/],
    [{ caches: { a: { backend: 'redis', values: 'xml' } } }, /caches\.a\.values must be "json" or "pickle"/],
    [{ caches: { a: { backend: 'memcached', location: {} } } }, /caches\.a\.location must be a text/],
    [
      {
        engine: 'cache',
        serializer: { dumps: JSON.stringify, loads: JSON.parse },
        caches: { default: { backend: 'memory', values: 'pickle' } },
      },
      /caches\.default\.values "pickle" is for JSON sessions/,
    ],
    [{ caches: [] }, /caches must be an object of names/],
    [
      { engine: 'cache', caches: { default: { backend: 'memcached', location: 'no/such' } } },
      /Memcached's location must be one server/,
    ],
    [{ engine: 'file', filePath: '/no/such/folder' }, /filePath.*\/no\/such\/folder|\/no\/such\/folder.*filePath/s],
    [
      { engine: 'django.contrib.sessions.backends.redis' },
      /^SessionsModule cannot start:\n  - engine must be one of "db", "cache"/,
    ],
  ])('%j', async (options, message) => {
    await expect(start(options)).rejects.toThrow(message);
  });
});

test('a cache of ours is closed with the application, one of the user is not', async () => {
  class Watched extends MemoryCache {
    closed = 0;
    async close() {
      this.closed++;
    }
  }
  const theirs = new Watched();
  await start({ engine: 'cache', caches: { default: { backend: theirs satisfies Cache } } });
  await app!.close();
  app = undefined;
  expect(theirs.closed).toBe(0);
});
