import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { Controller, Get, Header, Res } from '@nestjs/common';
import { Session, SessionsModule } from 'nestjs-django-sessions';
import { Test } from '@nestjs/testing';
import { byHand, express, fastify, type Reply } from '../platforms/platform.js';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';
import { attacked, type Attacked } from './support/attacked.js';

const inMemory = () => ({ engine: 'cache', caches: { default: { backend: new MemoryCache() } } }) as const;

/** Whether something between us and the visitor may keep this answer and hand it to somebody else. */
function mayBeShared({ headers }: Response): boolean {
  const control = headers.get('cache-control') ?? '';
  const varies = /\bcookie\b|\*/i.test(headers.get('vary') ?? '');
  return !varies && !/no-store|private/.test(control);
}

@Controller()
class CachedController {
  @Get('public')
  @Header('Cache-Control', 'public, max-age=600')
  public() {
    return 'the same for all';
  }

  @Get('shared')
  @Header('Cache-Control', 'public, max-age=600')
  shared(@Session() session: Session) {
    session.set('a', 1);
  }

  @Get('strict')
  @Header('Cache-Control', 'private, no-cache, no-store, max-age=0, must-revalidate')
  strict(@Session() session: Session) {
    session.set('a', 1);
  }

  @Get('by-hand/:form')
  byHand(@Session() session: Session, @Res() reply: Reply) {
    session.set('a', 1);
    const response = byHand(reply);
    response.writeHead(200, { 'Cache-Control': 'private', Vary: ['Accept', 'Origin'] as never });
    response.end();
  }
}

describe.each([express, fastify])('on $name', (platform) => {
  let target: Attacked;
  let rolling: Attacked;
  let cached: { url: string; close(): Promise<unknown> };
  beforeAll(async () => {
    target = await attacked(platform, inMemory());
    rolling = await attacked(platform, { ...inMemory(), saveEveryRequest: true });
    const module = await Test.createTestingModule({
      imports: [SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, ...inMemory() })],
      controllers: [CachedController],
    }).compile();
    const app = platform.application(module, []);
    await app.listen(0, '127.0.0.1');
    cached = { url: await app.getUrl(), close: () => app.close() };
  });
  afterAll(() => Promise.all([target.app.close(), rolling.app.close(), cached.close()]));

  const loggedIn = async (application: Attacked) => {
    const visitor = application.visitor();
    await visitor.post('/login');
    return visitor;
  };

  test('Django CVE-2026-35192, Flask CVE-2023-30861: a cookie that is sent again for a session nobody changed varies by Cookie', async () => {
    for (const path of ['/untouched', '/asked', '/read']) {
      const answer = await (await loggedIn(rolling)).get(path);
      expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^sessionid=[a-z0-9]{32};/)]);
      expect(answer.headers.get('vary')).toBe('Cookie');
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  test('Flask CVE-2026-27205: every way to look at the data counts as one', async () => {
    for (const path of ['/has', '/in', '/keys', '/size', '/iterate', '/json', '/one', '/read']) {
      const visitor = await loggedIn(target);
      for (const who of [visitor, target.visitor()]) {
        const answer = await who.get(path);
        expect({ path, vary: answer.headers.get('vary') }).toEqual({ path, vary: 'Cookie' });
        expect(mayBeShared(answer)).toBe(false);
      }
    }
    for (const path of ['/untouched', '/asked']) {
      const answer = await (await loggedIn(target)).get(path);
      expect({ path, vary: answer.headers.get('vary') }).toEqual({ path, vary: null });
      expect(mayBeShared(answer)).toBe(true);
    }
  });

  test('nextjs-auth0 CVE-2025-48947, authkit CVE-2025-64762: no answer with a session cookie may be kept by a cache', async () => {
    const visitor = target.visitor();
    for (const ask of [
      () => visitor.post('/write'),
      () => visitor.post('/login'),
      () => visitor.post('/logout'),
      () => visitor.post('/empty'),
    ]) {
      const answer = await ask();
      for (const cookie of answer.headers.getSetCookie()) {
        expect(cookie).toMatch(/^sessionid=/);
        expect(answer.headers.get('cache-control')).toBe('no-store');
      }
      expect(mayBeShared(answer)).toBe(false);
    }
    // What the application says is stricter already, and stays word for word.
    const strict = await new Visitor(cached.url).get('/strict');
    expect(strict.headers.getSetCookie()).toHaveLength(1);
    expect(strict.headers.get('cache-control')).toBe('private, no-cache, no-store, max-age=0, must-revalidate');
  });

  test('GHSA-3h9f-r86x-qvjx: visitors without our cookie, or with others, get what is the same for all', async () => {
    const bare = await new Visitor(cached.url).get('/public');
    const withOthers = await new Visitor(cached.url).get('/public', {
      headers: { cookie: 'theme=dark; xsessionid=abcdefghijklmnopqrstuvwxyz012345; sessionidx=1; _ga=GA1.2' },
    });
    const withOurs = await new Visitor(cached.url).get('/public', {
      headers: { cookie: 'sessionid=abcdefghijklmnopqrstuvwxyz012345' },
    });
    for (const answer of [bare, withOthers, withOurs]) {
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(answer.headers.get('vary')).toBeNull();
      expect(answer.headers.get('cache-control')).toBe('public, max-age=600');
    }
    // A cookie whose name only begins or ends like ours is not ours.
    const other = await target
      .visitor()
      .get('/read', { headers: { cookie: 'xsessionid=1; sessionid2=2; Sessionid=3' } });
    expect(other.headers.getSetCookie()).toEqual([]);
    expect(await other.json()).toEqual({});
  });

  test('what the application itself calls public stays public, which is for it to say', async () => {
    const answer = await new Visitor(cached.url).get('/shared');
    expect(answer.headers.getSetCookie()).toHaveLength(1);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=600');
    expect(answer.headers.get('vary')).toBe('Cookie');
  });

  test('on-headers CVE-2025-7339: headers that are lists stay what they are', async () => {
    const answer = await new Visitor(cached.url).get('/by-hand/list');
    expect(answer.headers.get('vary')).toBe('Accept, Origin, Cookie');
    expect(answer.headers.get('cache-control')).toBe('private');
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^sessionid=[a-z0-9]{32};/)]);
  });
});
