import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type INestApplication, Logger, type LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type SessionsOptions, SessionsModule } from 'nestjs-django-sessions';
import { warnOfPlainConnections } from '../../libs/sessions/src/nest/plain-connections.js';
import { resolveSettings } from '../../libs/sessions/src/nest/resolve-settings.js';
import { embeddedDatabase, SECRET } from '../support/application.js';

const before = process.env['NODE_ENV'];
let app: INestApplication | undefined;
afterEach(async () => {
  process.env['NODE_ENV'] = before;
  await app?.close();
  app = undefined;
});

/** What is said of these options when an application starts. */
async function warningsOf(options: Partial<SessionsOptions>, environment = 'development'): Promise<string[]> {
  process.env['NODE_ENV'] = environment;
  const said: string[] = [];
  const logger = { warn: (text: string) => said.push(text), log() {}, error() {}, fatal() {} } as LoggerService;
  const module = await Test.createTestingModule({
    imports: [embeddedDatabase(), SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, ...options })],
  })
    .setLogger(logger)
    .compile();
  app = module.createNestApplication();
  await app.init();
  return said;
}

const short = 'x'.repeat(31);
const inMemory: Partial<SessionsOptions> = { engine: 'cache', caches: { default: { backend: 'memory' } } };
const SECURE = { cookieSecure: true };

describe('warnings at start-up', () => {
  const cases: [string, Partial<SessionsOptions>, string, RegExp[]][] = [
    ['nothing, by default', {}, 'development', []],
    ['nothing, for a sound choice in production', SECURE, 'production', []],
    ['a short secret', { secretKey: short }, 'development', [/^secretKey: a secret has 31 bytes; take 32 random ones/]],
    ['a short fallback', { secretKeyFallbacks: [short] }, 'development', [/^secretKey: a secret has 31 bytes/]],
    ['a short secret in production', { ...SECURE, secretKey: short }, 'production', [/^secretKey: a secret has 31/]],
    ['bytes are counted, not letters', { secretKey: 'é'.repeat(16) }, 'development', []],
    ['a cookie without Secure in production', {}, 'production', [/^cookieSecure is false/]],
    ['sessions in memory in production', { ...SECURE, ...inMemory }, 'production', [/in the memory of this process/]],
    ['sessions in memory elsewhere', inMemory, 'development', []],
    [
      'sessions that nobody keeps',
      { engine: 'django.contrib.sessions.backends.cache', caches: { default: { backend: 'dummy' } } },
      'development',
      [/^The cache "dummy" keeps nothing/],
    ],
    ['a cache of memory before a table', { ...inMemory, ...SECURE, engine: 'cached_db' }, 'production', []],
    ['an age of nothing', { cookieAge: 0 }, 'development', [/^cookieAge is 0/]],
  ];
  test.each(cases)('%s', async (_, options, environment, expected) => {
    const warnings = await warningsOf(options, environment);
    expect(warnings).toEqual(expected.map((text) => expect.stringMatching(text)));
  });

  test('a secret that can be guessed does not start in production, and starts elsewhere', async () => {
    await expect(warningsOf({ ...SECURE, secretKey: 'changeme' }, 'production')).rejects.toThrow(
      /secretKey: a secret has 8 bytes/,
    );
    expect(await warningsOf({ secretKey: 'changeme' })).toHaveLength(1);
  });

  test('no warning shows a secret', async () => {
    expect((await warningsOf({ secretKey: 'changeme' })).join()).not.toContain('changeme');
  });
});

describe('presets', () => {
  const of = (options: Partial<SessionsOptions>) => {
    const { session, request } = resolveSettings({ secretKey: SECRET, ...options });
    const { cookieAge, absoluteAge, expireAtBrowserClose } = session;
    return [cookieAge, absoluteAge, session.touchEvery, request.cookie.secure, expireAtBrowserClose];
  };

  test.each([
    ['owasp-high', [300, 14_400, 30, true, true]],
    ['owasp-low', [1800, 28_800, 180, true, true]],
    ['aal1', [2_592_000, 2_592_000, 259_200, true, false]],
    ['aal2', [3600, 86_400, 360, true, false]],
    ['aal3', [900, 43_200, 90, true, false]],
  ] as const)('%s', (preset, times) => {
    expect(of({ preset })).toEqual(times);
  });

  test('what is given counts instead, and undefined is not given', () => {
    expect(of({ preset: 'aal2', cookieAge: 60, touchEvery: null, absoluteAge: undefined as never })).toEqual([
      60,
      86_400,
      null,
      true,
      false,
    ]);
  });

  test('go with cookies that have to be secure', () => {
    expect(() => of({ preset: 'aal3', cookieName: '__Host-session' })).not.toThrow();
  });

  test('a name that is none', () => {
    expect(() => of({ preset: 'aal4' as never })).toThrow(
      'preset must be one of "owasp-high", "owasp-low", "aal1", "aal2", "aal3", got "aal4"',
    );
    expect(() => of({ preset: 'constructor' as never })).toThrow('preset must be one of');
  });
});

describe('Secure cookies over plain HTTP', () => {
  const SET = [`sessionid=abc; Path=/; Secure`];
  const asked = (headers: Record<string, string>, socket: object = {}) => {
    const said: unknown[] = [];
    const warn = Logger.prototype.warn;
    Logger.prototype.warn = (text: unknown) => void said.push(text);
    try {
      const check = warnOfPlainConnections();
      for (const setCookies of [['other=1; Path=/'], SET, SET]) {
        check({ headers, socket } as unknown as IncomingMessage, { setCookies, vary: true });
      }
    } finally {
      Logger.prototype.warn = warn;
    }
    return said;
  };

  test.each([
    ['from afar', { host: 'shop.example' }],
    ['through a proxy that does the same', { host: 'shop.example', 'x-forwarded-proto': 'http' }],
    ['by a host that only looks local', { host: 'localhost.example' }],
  ])('%s: told once', (_, headers) => {
    expect(asked(headers as never)).toEqual([expect.stringContaining('browsers drop it')]);
  });

  test.each([
    ['to this machine', { host: 'localhost:3000' }],
    ['to this machine by number', { host: '127.0.0.1:3000' }],
    ['through a proxy that speaks HTTPS', { host: 'shop.example', 'x-forwarded-proto': 'https' }],
    ['through one that says it the newer way', { host: 'shop.example', forwarded: 'for=1.2.3.4;proto=https' }],
  ])('%s: nothing to tell', (_, headers) => {
    expect(asked(headers as never)).toEqual([]);
  });

  test('over TLS: nothing to tell', () => {
    expect(asked({ host: 'shop.example' }, { encrypted: true })).toEqual([]);
  });
});
