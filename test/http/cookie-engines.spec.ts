import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Session, SessionCookieTooLargeError, type SessionEngine } from 'nestjs-django-sessions';
import { EncryptedCookiesEngine } from '../../libs/sessions/src/engines/encrypted-cookies/encrypted-cookies-engine.js';
import { SignedCookiesEngine } from '../../libs/sessions/src/engines/signed-cookies/signed-cookies-engine.js';
import { readSession, spreadSession } from '../../libs/sessions/src/http/session-cookies.js';
import { SECRET, startApplication, type TestApplication } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';
import { mutated, seededRandom } from '../support/seeded-random.js';

@Controller()
class NotesController {
  @Get()
  read(@Session() session: Session) {
    return { ...session.data };
  }

  @Get('nothing')
  nothing() {
    return 'nothing';
  }

  @Post('note/:length')
  write(@Session() session: Session, @Param('length') length: string) {
    session.set('note', 'x'.repeat(Number(length)));
    return { ok: true };
  }

  @Post('raw/:length')
  raw(@Session() session: Session, @Param('length') length: string, @Res() response: Response) {
    session.set('note', 'x'.repeat(Number(length)));
    response.json({ ok: true });
  }

  @Post('data')
  data(@Session() session: Session, @Body() body: object) {
    session.update(body);
    return { ok: true };
  }

  @Post('log-out')
  @HttpCode(204)
  async logOut(@Session() session: Session) {
    await session.flush();
  }

  @Post('cycle')
  async cycle(@Session() session: Session) {
    await session.cycleKey();
  }

  @Post('save')
  async save(@Session() session: Session) {
    await session.save();
  }

  @Post('fail')
  async fail(@Session() session: Session) {
    await session.cycleKey();
    throw new Error('view failed');
  }
}

const running: TestApplication[] = [];
afterAll(async () => {
  for (const { app } of running) await app.close();
});

async function started(engine: SessionEngine, options = {}): Promise<string> {
  const application = await startApplication({ engine, ...options }, { controllers: [NotesController] });
  running.push(application);
  return application.url;
}

/** What a response says of its cookies: the names with what they hold, and the whole texts. */
function cookiesOf(response: globalThis.Response) {
  const texts = response.headers.getSetCookie();
  return {
    texts,
    names: texts.map((text) => text.slice(0, text.indexOf('='))),
    sizes: texts.map((text) => text.length),
  };
}
const isRemoval = (text: string) => /^[^=]+=""; .*Max-Age=0/.test(text);
const noteOf = async (visitor: Visitor) => ((await (await visitor.get()).json()) as { note?: string }).note?.length;

describe('signed cookies', () => {
  let visitor: Visitor;
  let url: string;
  let now = Date.now();
  beforeAll(async () => {
    url = await started(new SignedCookiesEngine({ secrets: [SECRET], clock: () => (now += 1000) }));
  });
  const fresh = () => (visitor = new Visitor(url));

  test('hold the session from request to request', async () => {
    fresh();
    await visitor.post('/note/10');
    expect(visitor.cookies.get('sessionid')).toMatch(/^[\w.-]+:\w+:[\w-]{43}$/);
    expect(await noteOf(visitor)).toBe(10);
    await visitor.post('/log-out');
    expect(visitor.cookies.size).toBe(0);
  });

  test('are refused before they are sent when browsers would drop them', async () => {
    fresh();
    await visitor.post('/note/10');
    const random = seededRandom(1);
    const note = Array.from({ length: 8192 }, () => String.fromCharCode(97 + random() * 26)).join('');
    const post = (body: object) =>
      visitor.post('/data', { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
    // Compressed, it is a matter of a few letters where 4,096 bytes are.
    let largest = 0;
    for (let step = 4096; step >= 1; step /= 2) {
      const response = await post({ note: note.slice(0, largest + step) });
      const { sizes } = cookiesOf(response);
      if (response.status === 201) {
        largest += step;
        expect(sizes[0]).toBeLessThanOrEqual(4096);
      } else {
        expect([response.status, sizes]).toEqual([500, []]);
        expect(await response.json()).toEqual({ statusCode: 500, message: 'Internal server error' });
      }
    }
    expect(largest).toBeGreaterThan(4000);
    expect(largest).toBeLessThan(8000);
    expect(await noteOf(visitor)).toBe(largest);
  });

  test('are refused also where the handler has answered by itself', async () => {
    fresh();
    const response = await visitor.post('/raw/4000000');
    expect(response.status).toBe(500);
    expect(cookiesOf(response).texts).toEqual([]);
  });

  test('explicitly saved, are renewed', async () => {
    fresh();
    await visitor.post('/note/10');
    expect(cookiesOf(await visitor.post('/save')).names).toEqual(['sessionid']);
    expect(await noteOf(visitor)).toBe(10);
  });

  test('are not sent on 5xx, whatever was done to the session: the old one is as good as it was', async () => {
    fresh();
    await visitor.post('/note/10');
    const response = await visitor.post('/fail');
    expect(response.status).toBe(500);
    expect(cookiesOf(response).texts).toEqual([]);
    expect(await noteOf(visitor)).toBe(10);
  });

  test('a request that does not use the session does not look at them', async () => {
    const response = await fetch(`${url}/nothing`, { headers: { cookie: 'sessionid=forged-as-it-is' } });
    expect(cookiesOf(response).texts).toEqual([]);
    expect(response.headers.get('vary')).toBeNull();
  });
});

describe('encrypted cookies', () => {
  let visitor: Visitor;
  let urls: Record<'two' | 'four', string>;
  beforeAll(async () => {
    urls = {
      two: await started(new EncryptedCookiesEngine({ secrets: [SECRET] })),
      four: await started(new EncryptedCookiesEngine({ secrets: [SECRET], maxCookies: 4 })),
    };
  });
  const fresh = (url: string = urls.four) => (visitor = new Visitor(url));
  const header = (names: string[]) => names.map((name) => `${name}=${visitor.cookies.get(name)}`).join('; ');
  const readWith = async (cookie: string) => {
    const response = await fetch(urls.four, { headers: { cookie } });
    return { data: (await response.json()) as { note?: string }, ...cookiesOf(response) };
  };

  test('hold the session from request to request, unreadable', async () => {
    fresh();
    await visitor.post('/note/100');
    expect([...visitor.cookies.keys()]).toEqual(['sessionid']);
    expect(visitor.cookies.get('sessionid')).toMatch(/^v1\.\d+\.[\w-]+$/);
    expect(await noteOf(visitor)).toBe(100);
  });

  test('are as many as the session needs, each of 4,096 bytes at most, filled to the brim but the last', async () => {
    fresh();
    for (const [length, count] of [
      [2800, 1],
      [3000, 2],
      [5700, 2],
      [9000, 4],
    ]) {
      const response = await visitor.post(`/note/${length}`);
      const { names, sizes } = cookiesOf(response);
      expect(names).toEqual(['sessionid', 'sessionid.1', 'sessionid.2', 'sessionid.3'].slice(0, count));
      for (const size of sizes.slice(0, -1)) expect(size).toBe(4096);
      expect(sizes.at(-1)).toBeLessThanOrEqual(4096);
      expect(await noteOf(visitor)).toBe(length);
    }
  });

  test('those that a smaller session needs no more are taken away', async () => {
    fresh();
    await visitor.post('/note/10000');
    expect(visitor.cookies.size).toBe(4);
    const { names, texts } = cookiesOf(await visitor.post('/note/4000'));
    expect(names).toEqual(['sessionid', 'sessionid.1', 'sessionid.2', 'sessionid.3']);
    expect(texts.map(isRemoval)).toEqual([false, false, true, true]);
    expect(await noteOf(visitor)).toBe(4000);
    await visitor.post('/note/1');
    expect([...visitor.cookies.keys()]).toEqual(['sessionid']);
    expect(await noteOf(visitor)).toBe(1);
  });

  test('all of them go at log-out', async () => {
    fresh();
    await visitor.post('/note/10000');
    const { names, texts } = cookiesOf(await visitor.post('/log-out'));
    expect(names).toEqual(['sessionid', 'sessionid.1', 'sessionid.2', 'sessionid.3']);
    expect(texts.every(isRemoval)).toBe(true);
    expect(visitor.cookies.size).toBe(0);
  });

  test('one that is missing, or from another moment, is no session, and all of them go', async () => {
    fresh();
    await visitor.post('/note/9000');
    const all = [...visitor.cookies.keys()];
    const old = new Map(visitor.cookies);
    await visitor.post('/note/9001');
    for (const missing of all) {
      const { data, names, texts } = await readWith(header(all.filter((name) => name !== missing)));
      expect(data).toEqual({});
      // Without the first, nobody has sent a session.
      expect(names).toEqual(missing === 'sessionid' ? [] : all.filter((name) => name !== missing));
      expect(texts.every(isRemoval)).toBe(true);
    }
    for (const mixed of all) {
      const cookie = all.map((name) => `${name}=${(name === mixed ? old : visitor.cookies).get(name)}`).join('; ');
      expect((await readWith(cookie)).data).toEqual({});
    }
    expect((await readWith(header(all.toReversed()))).data.note).toHaveLength(9001);
  });

  test('one too many, left by an answer that crossed another, does no harm and goes with the next change', async () => {
    fresh();
    await visitor.post('/note/4000');
    const stale = visitor.cookies.get('sessionid.1')!;
    await visitor.post('/note/10');
    visitor.cookies.set('sessionid.1', stale);
    expect(await noteOf(visitor)).toBe(10);
    await visitor.post('/note/11');
    expect([...visitor.cookies.keys()]).toEqual(['sessionid']);
  });

  test('over the limit, nothing is sent and the old session stays', async () => {
    fresh(urls.two);
    await visitor.post('/note/5000');
    const before = new Map(visitor.cookies);
    for (const path of ['/note/6000', '/raw/6000', '/note/60000']) {
      const response = await visitor.post(path);
      expect(response.status).toBe(500);
      expect(cookiesOf(response).texts).toEqual([]);
    }
    expect(visitor.cookies).toEqual(before);
    expect(await noteOf(visitor)).toBe(5000);
  });

  test('with names that are alike, nothing is mistaken for a part', async () => {
    fresh();
    await visitor.post('/note/10');
    const cookie = `sessionid.x=1; sessionid.01=2; sessionid.-1=3; sessionid.100=4; xsessionid.1=5; ${header(['sessionid'])}`;
    const { data, texts } = await readWith(cookie);
    expect(data.note).toHaveLength(10);
    expect(texts).toEqual([]);
  });

  test('a signed session is not taken for an encrypted one', async () => {
    const { key } = await new SignedCookiesEngine({ secrets: [SECRET] }).create('{"note":"forged"}');
    const { data, texts } = await readWith(`sessionid=${key}`);
    expect(data).toEqual({});
    expect(texts.every(isRemoval)).toBe(true);
  });

  test('cookies fit also where their attributes are long', async () => {
    const engine = new EncryptedCookiesEngine({ secrets: [SECRET] });
    const options = { cookieDomain: '127.0.0.1', cookiePriority: 'High', cookieSecure: true, cookiePartitioned: true };
    visitor = new Visitor(await started(engine, { ...options, cookieSameSite: 'None' }));
    const { sizes, texts } = cookiesOf(await visitor.post('/note/4000'));
    expect(sizes[0]).toBe(4096);
    expect(texts[1]).toMatch(
      /^sessionid\.1=[\w-]+; Domain=127\.0\.0\.1; expires=.*; Partitioned; Path=\/; Priority=High; /,
    );
    expect(await noteOf(visitor)).toBe(4000);
  });
});

describe('how a session is spread', () => {
  const settings = {
    name: 'sessionid',
    domain: null,
    path: '/',
    secure: false,
    httpOnly: true,
    sameSite: 'Lax',
    partitioned: false,
    priority: null,
  };
  const lifetime = { age: 1_209_600, now: 1_700_000_000_000 };
  const spread = (length: number, maxCookies?: number) =>
    spreadSession(settings, 'v'.repeat(length), lifetime, maxCookies === undefined ? {} : { maxCookies }).map(
      (text) => text.length,
    );
  /** What is left for the value in the first cookie, and in those after it. */
  const first = 4096 - spread(0)[0]!;
  const next = first - '.1'.length;

  test('up to 4,096 bytes into one, with its name and all its attributes', () => {
    expect(spread(first)).toEqual([4096]);
    expect(() => spread(first + 1)).toThrow(SessionCookieTooLargeError);
  });

  test('from the very next byte into two, and so on', () => {
    expect(spread(first, 3)).toEqual([4096]);
    expect(spread(first + 1, 3)).toEqual([4096, 4096 - next + 1]);
    expect(spread(first + next, 3)).toEqual([4096, 4096]);
    expect(spread(first + next + 1, 3)).toHaveLength(3);
    expect(spread(first + next * 2, 3)).toEqual([4096, 4096, 4096]);
    expect(() => spread(first + next * 2 + 1, 3)).toThrow(SessionCookieTooLargeError);
  });

  test('the error says how much it is, how much it may be, and what to do', () => {
    expect(() => spread(first + 100)).toThrow(
      "The session takes 4196 bytes of cookies, and 4096 is the most that may be sent. Store less in it, or keep sessions on the server (engine 'db', 'cached_db', 'cache' or 'file').",
    );
    expect(() => spread(first + 1, 1)).toThrow(
      expect.objectContaining({ allowed: 4096, code: 'SESSION_COOKIE_TOO_LARGE' }),
    );
  });

  test('attributes that leave no room are an error, too', () => {
    const path = `/${'p'.repeat(5000)}`;
    expect(() => spreadSession({ ...settings, path }, 'value', lifetime, { maxCookies: 8 })).toThrow(
      SessionCookieTooLargeError,
    );
  });

  test('what was spread is put together again', () => {
    const texts = spreadSession(settings, 'abc'.repeat(3000), lifetime, { maxCookies: 3 });
    const header = texts.map((text) => text.split(';')[0]).join('; ');
    expect(readSession(header, 'sessionid', 3)).toEqual({
      value: 'abc'.repeat(3000),
      further: ['sessionid.1', 'sessionid.2'],
    });
    // An engine that does not spread its sessions does not look.
    expect(readSession(header, 'sessionid').further).toEqual([]);
  });

  test('20,000 damaged Cookie headers are read without an error', async () => {
    const random = seededRandom(6);
    const engine = new EncryptedCookiesEngine({ secrets: [SECRET] });
    const { key } = await engine.create('{"a":1}');
    const good = `theme=dark; sessionid=${key}; sessionid.1="quoted \\101"; other=1`;
    for (let run = 0; run < 20_000; run++) {
      const { value } = readSession(mutated(good, random), 'sessionid', 2);
      if (value !== null) await engine.load(value);
    }
  });
});
