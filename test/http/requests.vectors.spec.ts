import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { All, Controller, HttpException, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { SessionKeyError } from '../../libs/sessions/src/core/errors.js';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { Session as CoreSession } from '../../libs/sessions/src/core/session.js';
import { SESSION_CLOCK } from '../../libs/sessions/src/nest/sessions.constants.js';
import { Session, type SessionsOptions, SessionsOptionsError } from 'nestjs-django-sessions';
import { SECRET, startApplication, type TestApplication } from '../support/application.js';
import { EmbeddedStore } from '../support/embedded-store.js';
import { type Step, type Steps, take } from '../support/session-steps.js';
import { type Vector, vectors } from '../support/vectors.js';

/** Django's settings under our names. */
const OPTIONS: Record<string, keyof SessionsOptions> = {
  SESSION_COOKIE_NAME: 'cookieName',
  SESSION_COOKIE_AGE: 'cookieAge',
  SESSION_COOKIE_DOMAIN: 'cookieDomain',
  SESSION_COOKIE_PATH: 'cookiePath',
  SESSION_COOKIE_SECURE: 'cookieSecure',
  SESSION_COOKIE_HTTPONLY: 'cookieHttpOnly',
  SESSION_COOKIE_SAMESITE: 'cookieSameSite',
  SESSION_SAVE_EVERY_REQUEST: 'saveEveryRequest',
  SESSION_EXPIRE_AT_BROWSER_CLOSE: 'expireAtBrowserClose',
};

/** Settings that give cookies no browser takes: refused before the first request. */
const REFUSED_AT_START = [
  'samesite-wrong/db',
  'host-prefix-set/db',
  'host-prefix-delete/db',
  'secure-prefix-delete/db',
  'delete-samesite-none/db',
];

/** Where ours differs on purpose, with the part of design it rests on. */
const LEAVES_DJANGO: Record<string, { out: Record<string, unknown>; why: string }> = {
  'cycle-500/db': {
    out: { set_cookie: [expect.stringMatching(/^sessionid=newkey0+1; expires=/)], vary: ['Cookie'] },
    why: 'a key that was changed in the store is told, also on 5xx',
  },
  'save-every-unknown/db': {
    out: { set_cookie: [expect.stringMatching(/^sessionid=""; expires=Thu, 01 Jan 1970/)], stored: [] },
    why: 'saveEveryRequest stores no empty session for an unknown key',
  },
  'nested-change-not-saved/db': {
    out: {
      set_cookie: [expect.stringMatching(/^sessionid=yshvjy43/)],
      stored: [expect.objectContaining({ data: { in: { x: 2 } } })],
    },
    why: 'nested changes are noticed',
  },
};

/** What only shows when the session was loaded before the view. */
const LEAVES_DJANGO_EARLY: typeof LEAVES_DJANGO = {
  'interrupted-unread/db': {
    out: { set_cookie: [] },
    why: 'it was loaded before the other request ended it, and nothing was written to it',
  },
};

let embedded: EmbeddedStore;
let current: { vector: Vector; loadEarly: boolean };

@Controller()
class ViewController {
  @All('early')
  early(@Session() session: Session, @Req() request: Request, @Res({ passthrough: true }) response: Response) {
    return view(session as CoreSession<any>, request, response);
  }

  @All('late')
  late(@Req() request: Request & { session: CoreSession<any> }, @Res({ passthrough: true }) response: Response) {
    const { in: given } = current.vector;
    // Django makes a session object for every request, and nothing comes of it.
    return given.view || given.raise ? view(request.session, request, response) : respond(response);
  }
}

async function view(session: CoreSession<any>, request: Request, response: Response) {
  const { in: given } = current.vector;
  const store = embedded.store([SECRET]);
  const steps: Steps = {
    session,
    keys: { existing: given.existing_key },
    open: (key) => new CoreSession<any>(store, key),
    advance: () => {},
    clearExpired: async () => {},
  };
  for (const step of (given.view ?? []) as Step[]) {
    try {
      await take(steps, step);
    } catch (error) {
      if (!(error instanceof SessionKeyError)) throw error;
    }
  }
  (request as unknown as { session: CoreSession<any> }).session = steps.session;
  if (given.raise) throw new HttpException('view failed', 500);
  return respond(response);
}

function respond(response: Response) {
  const { status, headers } = current.vector.in;
  for (const [name, value] of Object.entries((headers ?? {}) as Record<string, string>))
    response.setHeader(name, value);
  response.status(status ?? 200);
  return 'ok';
}

const applications = new Map<string, Promise<TestApplication>>();

function applicationFor(settings: Record<string, unknown>): Promise<TestApplication> {
  const key = JSON.stringify(settings);
  const options = Object.fromEntries(Object.entries(settings).map(([name, value]) => [OPTIONS[name]!, value]));
  if (!applications.has(key)) {
    applications.set(
      key,
      startApplication({ engine: embedded.engine(), ...options }, { controllers: [ViewController] }, (builder) =>
        builder.overrideProvider(SESSION_CLOCK).useValue(embedded.clock.now),
      ),
    );
  }
  return applications.get(key)!;
}

beforeAll(async () => {
  embedded = await EmbeddedStore.open();
});
afterAll(async () => {
  for (const application of applications.values()) await (await application).app.close();
  await embedded.close();
});

const codec = new SessionCodec([SECRET]);

async function play(vector: Vector, loadEarly: boolean) {
  const { in: given } = vector;
  await embedded.wipe();
  const { url } = await applicationFor(given.settings ?? {});
  if (given.existing) {
    embedded.clock.seconds = given.now - (given.existing.age ?? 0);
    const prepared = new CoreSession<any>(embedded.store([SECRET], ageOf(given), () => given.existing_key));
    prepared.update(given.existing.data);
    await prepared.create();
  }
  embedded.clock.seconds = given.now;
  embedded.keys.reset();
  current = { vector, loadEarly };
  const response = await fetch(`${url}/${loadEarly ? 'early' : 'late'}`, {
    headers: given.cookie_header === null ? {} : { cookie: given.cookie_header },
    redirect: 'manual',
  });
  const vary = response.headers.get('vary');
  const rows = (await embedded.rows()).map(({ session_key, session_data, expire_date }) => ({
    where: 'db',
    key: session_key,
    data: { ...jsonSerializer.loads((codec.decode(session_data) as { payload: string }).payload) },
    expire_date,
  }));
  return {
    status: response.status,
    set_cookie: response.headers.getSetCookie(),
    vary: vary === null ? [] : [vary],
    stored: rows,
    cacheControl: response.headers.get('cache-control'),
  };
}

function ageOf(given: any) {
  return { cookieAge: given.settings?.SESSION_COOKIE_AGE ?? 1_209_600 };
}

const cases = vectors('requests', 'requests').filter(({ in: given }) => given.engine === 'db');
const served = cases.filter(({ name }) => !REFUSED_AT_START.includes(name));

describe.each([
  { loadEarly: false, how: 'the session is loaded when the view first uses it' },
  { loadEarly: true, how: 'the session is loaded before the view, by @Session()' },
])("a request ends as Django's would; $how", ({ loadEarly }) => {
  const leaves = loadEarly ? { ...LEAVES_DJANGO, ...LEAVES_DJANGO_EARLY } : LEAVES_DJANGO;
  const title = ({ name }: Vector) => name + (leaves[name] ? `: ${leaves[name].why}` : '');
  test.each(served.map((vector) => ({ ...vector, title: title(vector) })))('$title', async (vector) => {
    const { out } = vector;
    const { cacheControl, ...seen } = await play(vector, loadEarly);
    expect(seen).toEqual({
      status: Number(out.status.split(' ')[0]),
      set_cookie: out.set_cookie,
      vary: out.vary,
      stored: out.stored,
      ...leaves[vector.name]?.out,
    });
    expect(cacheControl).toBe(seen.set_cookie.length > 0 ? 'no-store' : null);
  });
});

describe('settings that no browser would obey are refused at start-up', () => {
  test.each(cases.filter(({ name }) => REFUSED_AT_START.includes(name)))('$name', async ({ in: given }) => {
    await expect(applicationFor(given.settings)).rejects.toThrow(SessionsOptionsError);
    applications.delete(JSON.stringify(given.settings));
  });
});
