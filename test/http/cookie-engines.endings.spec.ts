import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Session as SessionOf, SessionCookieTooLargeError, SessionUpdateError } from 'nestjs-django-sessions';
import { SessionValueError } from '../../libs/sessions/src/core/errors.js';
import type { SessionEngine } from '../../libs/sessions/src/core/session-engine.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { SignedCookiesEngine } from '../../libs/sessions/src/engines/signed-cookies/signed-cookies-engine.js';
import { RequestSession } from '../../libs/sessions/src/http/request-session.js';
import { SECRET, startApplication, type TestApplication } from '../support/application.js';
import { storeOn } from '../support/store-under-test.js';
import { CountedKeys, TestClock } from '../support/vectors.js';

const clock = new TestClock(1_700_000_000);
const keys = new CountedKeys();
const FIRST = 'newkey00000000000000000000000001';
const SECOND = 'newkey00000000000000000000000002';
const KNOWN = 'known'.padEnd(32, '0');

/** A store in memory that can be made to wait. */
class MemoryEngine implements SessionEngine {
  readonly plain = true;
  readonly sessions = new Map<string, string>();
  /** Awaited before each write. */
  before: () => void | Promise<void> = () => {};

  async load(key: string) {
    const payload = this.sessions.get(key);
    return payload === undefined ? null : { payload, version: payload };
  }

  async exists(key: string) {
    return this.sessions.has(key);
  }

  async create(payload: string) {
    await this.before();
    const key = keys.next();
    this.sessions.set(key, payload);
    return { key };
  }

  async save(key: string, payload: string) {
    await this.before();
    if (!this.sessions.has(key)) return null;
    this.sessions.set(key, payload);
    return { key };
  }

  async delete(key: string) {
    this.sessions.delete(key);
  }
}

let engine: MemoryEngine;
beforeEach(() => {
  engine = new MemoryEngine();
  engine.sessions.set(KNOWN, '{"a":1}');
  keys.reset();
});

const cookie = {
  name: 'sessionid',
  domain: null,
  path: '/',
  secure: false,
  httpOnly: true,
  sameSite: 'Lax',
  partitioned: false,
  priority: null,
};

function requestOf(header?: string, { on = engine as SessionEngine, saveEveryRequest = false } = {}) {
  return new RequestSession(
    storeOn(on, clock, {}),
    { cookie, saveEveryRequest, expressSession: false, sessionInViews: true },
    header,
  );
}
const cookieOf = (key: string) => expect.stringMatching(new RegExp(`^sessionid=${key};`));
const REMOVED = expect.stringMatching(/^sessionid="";/);

describe('a session that is put in the place of another', () => {
  test('while that one is being saved is the one that is saved and told', async () => {
    const request = requestOf();
    const other = new Session<any>(request.store);
    other.set('who', 'other');
    request.session.data['who'] = 'first';
    engine.before = () => {
      engine.before = () => {};
      request.session = other;
    };
    expect(await request.end(200)).toEqual({ setCookies: [cookieOf(SECOND)], vary: true });
    expect(engine.sessions.get(SECOND)).toBe('{"who":"other"}');
  });

  test('and that nobody knows takes away no cookie that nobody sent', async () => {
    const request = requestOf(undefined, { saveEveryRequest: true });
    request.session = new Session(request.store, 'unknownkey');
    expect(await request.end(200)).toEqual({ setCookies: [], vary: true });
  });

  test('must be one: null would leave the visitor logged in', () => {
    const request = requestOf(`sessionid=${KNOWN}`);
    expect(() => (request.session = null as never)).toThrow(/await session\.flush\(\)/);
  });
});

describe('an answer that is decided twice', () => {
  test('stores a new session once, also where both are at it at the same time', async () => {
    const request = requestOf();
    request.session.data['a'] = 1;
    const answers = await Promise.all([request.end(200), request.end(200)]);
    expect(answers).toEqual([
      { setCookies: [cookieOf(FIRST)], vary: true },
      { setCookies: [cookieOf(FIRST)], vary: true },
    ]);
    expect(engine.sessions.size).toBe(2);
  });

  test('and becomes a 5xx in between tells a key that is in the store already', async () => {
    const request = requestOf();
    request.session.data['a'] = 1;
    await request.end(200);
    expect(request.headers(500)).toEqual({ setCookies: [cookieOf(FIRST)], vary: true });
  });

  test('and becomes a 5xx in between tells no cookie that is the session itself', async () => {
    const request = requestOf(undefined, { on: new SignedCookiesEngine({ secrets: [SECRET], clock: clock.now }) });
    request.session.data['a'] = 1;
    await request.end(200);
    expect(request.headers(500)).toEqual({ setCookies: [], vary: true });
    expect((await request.end(200)).setCookies).toHaveLength(1);
  });

  test('is saved again when the session was changed in between, and only then', async () => {
    const request = requestOf(`sessionid=${KNOWN}`);
    let writes = 0;
    engine.before = () => void writes++;
    (await request.session.load()).set('b' as never, 2 as never);
    await request.end(200);
    await request.end(200);
    expect(writes).toBe(1);
    request.session.data['b'] = 3;
    await request.end(200);
    expect([writes, engine.sessions.get(KNOWN)]).toEqual([2, '{"a":1,"b":3}']);
  });
});

describe('a session that cannot be saved', () => {
  test('is not told, unless it is ended or replaced after that', async () => {
    const request = requestOf(`sessionid=${KNOWN}`);
    (await request.session.load()).set('b' as never, 2 as never);
    engine.sessions.delete(KNOWN);
    await expect(request.end(200)).rejects.toThrow(SessionUpdateError);
    expect(request.headers(400)).toEqual({ setCookies: [], vary: false });
    expect(await request.end(200)).toEqual({ setCookies: [], vary: false });
    await request.session.flush();
    expect(request.headers(400)).toEqual({ setCookies: [REMOVED], vary: true });
    request.session = new Session(request.store);
    request.session.data['fresh'] = true;
    expect(await request.end(200)).toEqual({ setCookies: [cookieOf(FIRST)], vary: true });
  });

  test('since it holds what cannot be written fails where it is saved, and not where that is asked', async () => {
    const request = requestOf();
    request.session.data['self'] = request.session.data;
    expect(request.mustSave(200)).toBe(true);
    await expect(request.end(200)).rejects.toThrow(SessionValueError);
    expect(request.mustSave(500)).toBe(false);
    expect(request.headers(500)).toEqual({ setCookies: [], vary: false });
  });

  test('since it is larger than its cookie fails before anything is told', async () => {
    const request = requestOf(undefined, { on: new SignedCookiesEngine({ secrets: [SECRET] }) });
    request.session.data['a'] = Array.from({ length: 2000 }, (_, n) => n * n);
    await expect(request.end(200)).rejects.toThrow(SessionCookieTooLargeError);
    expect(request.headers(500)).toEqual({ setCookies: [], vary: false });
  });
});

describe('a key that was changed in the store', () => {
  test('is told although the application takes back that anything was changed', async () => {
    const request = requestOf(`sessionid=${KNOWN}`);
    await request.session.cycleKey();
    request.session.modified = false;
    expect(await request.end(200)).toEqual({ setCookies: [cookieOf(FIRST)], vary: true });
  });

  test('keeps no answer from leaving when its age cannot be told', async () => {
    const request = requestOf(`sessionid=${KNOWN}`);
    await request.session.cycleKey();
    request.session.data['_session_expiry'] = 'never';
    expect(request.headers(500)).toEqual({ setCookies: [], vary: true });
  });
});

@Controller()
class UnwritableController {
  @Get('returned')
  returned(@SessionOf() session: SessionOf<any>) {
    session.data.self = session.data;
    return 'ok';
  }

  @Get('by-itself')
  byItself(@SessionOf() session: SessionOf<any>, @Res() response: Response) {
    session.data.self = session.data;
    response.send('ok');
  }

  @Get('thrown')
  thrown(@SessionOf() session: SessionOf<any>) {
    session.data.self = session.data;
    throw new Error('thrown');
  }
}

describe('over HTTP, a session that holds what cannot be written', () => {
  let running: TestApplication;
  beforeAll(async () => {
    running = await startApplication({ engine: new MemoryEngine() }, { controllers: [UnwritableController] });
  });
  afterAll(() => running.app.close());

  test.each(['returned', 'by-itself', 'thrown'])('is a 500, and no request that hangs: %s', async (path) => {
    const response = await fetch(`${running.url}/${path}`);
    expect(response.status).toBe(500);
    expect(response.headers.getSetCookie()).toEqual([]);
  });
});
