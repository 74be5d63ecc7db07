import { createHash, createHmac } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe } from '@jest/globals';
import * as fc from 'fast-check';
import type { SessionEngine } from '../../libs/sessions/src/core/session-engine.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { CookieCipher } from '../../libs/sessions/src/engines/encrypted-cookies/cookie-cipher.js';
import { EncryptedCookiesEngine } from '../../libs/sessions/src/engines/encrypted-cookies/encrypted-cookies-engine.js';
import {
  SIGNED_COOKIES_SALT,
  SignedCookiesEngine,
} from '../../libs/sessions/src/engines/signed-cookies/signed-cookies-engine.js';
import { type CookieSettings, readCookie } from '../../libs/sessions/src/http/cookie-policy.js';
import { readSession, spreadSession } from '../../libs/sessions/src/http/session-cookies.js';
import { bounded } from '../security/support/bounded.js';
import { storeOn } from '../support/store-under-test.js';
import { TestClock } from '../support/vectors.js';
import { fuzz } from './support/fuzz.js';
import { sessionTexts } from './support/json-texts.js';
import { anyText, mutated, mutatedText } from './support/mutations.js';

const SECRET = 'secret';
const clock = new TestClock(1_700_000_000);
const signedCookies = new SignedCookiesEngine({ secrets: [SECRET], clock: clock.now });
const encryptedCookies = new EncryptedCookiesEngine({ secrets: [SECRET], clock: clock.now });
const cipher = new CookieCipher([SECRET], 'sessionid');

/** What Django's signer makes of any text at all. */
function sign(text: string): string {
  const key = createHash('sha256').update(`${SIGNED_COOKIES_SALT}signer${SECRET}`).digest();
  return `${text}:${createHmac('sha256', key).update(text, 'utf8').digest('base64url')}`;
}

/** The session that an application is shown for a cookie: whatever it is, it can be used like any other. */
async function shown(engine: SessionEngine, cookie: string): Promise<Session<any>> {
  const session = await new Session<any>(storeOn(engine, clock, {}), cookie).load();
  if (Object.getPrototypeOf(session.data) !== null) throw new Error('The data have a prototype.');
  session.set('used', true);
  if (!session.modified || session.get('used') !== true) throw new Error('The session cannot be used.');
  return session;
}

describe('a signed cookie', () => {
  const valid = sessionTexts.map((text) => sign(`${Buffer.from(text).toString('base64url')}:1r31eq`));

  fuzz(
    'that is ours is read',
    [sessionTexts],
    async (text) => {
      const { key } = await signedCookies.create(text);
      if ((await signedCookies.load(key))!.payload !== text) throw new Error('It is not read.');
      return 'read';
    },
    { share: 0.25 },
  );

  fuzz(
    'that is damaged is no session',
    [valid.chain((cookie) => fc.tuple(fc.constant(cookie), mutatedText(fc.constant(cookie))))],
    async ([cookie, damaged]) => {
      if (cookie === damaged) return 'undamaged';
      const stored = await bounded(() => signedCookies.load(damaged));
      if (stored!.payload !== '{}') throw new Error(`It was read as ${stored!.payload}`);
      if ((await shown(signedCookies, damaged)).size !== 1) throw new Error('Something is in the session.');
      return 'no session';
    },
    { outcomes: ['no session'] },
  );

  fuzz('that is any text is no session', [anyText], async (text) => {
    await shown(signedCookies, text);
    return (await bounded(() => signedCookies.load(text)))!.payload === '{}' ? 'no session' : 'read';
  });

  const base62 = fc.string({ unit: fc.constantFrom(...'0123456789ABCXYZabcxyz-'), maxLength: 15 });
  const bodies = fc.oneof(
    anyText.map((text) => Buffer.from(text).toString('base64url')),
    mutatedText(sessionTexts).map((text) => Buffer.from(text, 'latin1').toString('base64url')),
    sessionTexts.map((text) => `.${deflateSync(Buffer.from(text)).toString('base64url')}`),
    mutated(sessionTexts.map((text) => deflateSync(Buffer.from(text)))).map(
      (bytes) => `.${bytes.toString('base64url')}`,
    ),
    anyText,
  );
  fuzz(
    'that is rightly signed may hold anything, and does no harm',
    [bodies, fc.oneof(fc.constant('1r31eq'), base62)],
    async (body, date) => {
      const stored = (await bounded(() => signedCookies.load(sign(`${body}:${date}`))))!;
      await shown(signedCookies, sign(`${body}:${date}`));
      return stored.outdated ? 'no session' : 'read';
    },
    { outcomes: ['no session', 'read'] },
  );
});

describe('an encrypted cookie', () => {
  fuzz(
    'that is damaged does not open',
    [
      sessionTexts
        .map((text) => cipher.seal(text, clock.now()))
        .chain((key) => fc.tuple(fc.constant(key), mutatedText(fc.constant(key)))),
    ],
    async ([cookie, damaged]) => {
      const opened = bounded(() => cipher.open(damaged));
      // What follows a cookie is no part of it: the end of an older and longer session.
      if (damaged.startsWith(cookie)) return 'with something behind it';
      if (opened !== null) throw new Error(`It was read as ${opened.payload}`);
      if ((await shown(encryptedCookies, damaged)).size !== 1) throw new Error('Something is in the session.');
      return 'no session';
    },
    { outcomes: ['no session'] },
  );

  fuzz(
    'that is any text does not open',
    [
      fc.oneof(
        anyText,
        anyText.map((text) => `v1.${text.length}.${text}`),
      ),
    ],
    (text) => (bounded(() => cipher.open(text)) === null ? 'no session' : 'read'),
  );

  fuzz(
    'that we have encrypted may hold anything, and does no harm',
    [
      fc.oneof(anyText, mutatedText(sessionTexts), sessionTexts),
      fc.oneof(fc.constant(clock.now()), fc.nat(2 ** 31 - 1)),
    ],
    async (text, madeAt) => {
      const cookie = cipher.seal(text, madeAt);
      const stored = await encryptedCookies.load(cookie);
      await shown(encryptedCookies, cookie);
      return stored ? 'read' : 'no session';
    },
    { outcomes: ['read', 'no session'] },
  );
});

const SETTINGS: CookieSettings = {
  name: 'sessionid',
  domain: null,
  path: '/',
  secure: true,
  httpOnly: true,
  sameSite: 'Lax',
  partitioned: false,
  priority: null,
};

describe('a session that is spread over cookies', () => {
  const large = fc
    .string({ unit: 'grapheme-ascii', minLength: 2000, maxLength: 9000 })
    .map((text) => JSON.stringify({ text }))
    .map((payload) => {
      const cookies = spreadSession(
        SETTINGS,
        cipher.seal(payload, clock.now()),
        { age: null, now: 0 },
        { maxCookies: 4 },
      );
      return { payload, header: cookies.map((cookie) => cookie.split(';')[0]).join('; ') };
    });

  fuzz(
    'is whole or none, whatever happens to its cookies',
    [
      large.chain(({ payload, header }) =>
        fc.tuple(fc.constant(payload), fc.oneof(fc.constant(header), mutatedText(fc.constant(header)))),
      ),
    ],
    async (given) => {
      const [payload, header] = given;
      const { value, further } = bounded(() => readSession(header, 'sessionid', 4));
      if (further.length > 99) throw new Error(`${further.length} cookies would be removed.`);
      const stored = value === null ? null : await encryptedCookies.load(value);
      if (stored && stored.payload !== payload) throw new Error('It is another session.');
      return stored ? 'whole' : 'none';
    },
    { share: 0.1, outcomes: ['whole', 'none'] },
  );
});

describe('a Cookie header', () => {
  const token = fc.string({
    unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789.-_'),
    minLength: 1,
    maxLength: 20,
  });
  const cookies = fc.array(
    fc.tuple(fc.oneof(token, fc.constantFrom('sessionid', 'sessionid.1', '__proto__', 'constructor')), token),
    {
      maxLength: 12,
    },
  );

  fuzz(
    'gives the last value of the name, among whatever else it holds',
    [cookies, fc.constantFrom(';', '; ', ' ;  ', ';;')],
    (pairs, between) => {
      const header = pairs.map(([name, value]) => `${name}=${value}`).join(between);
      const expected = pairs.findLast(([name]) => name === 'sessionid')?.[1] ?? null;
      const found = readCookie(header, 'sessionid');
      if (found !== expected) throw new Error(`${String(found)}, and not ${String(expected)}`);
      return found === null ? 'none' : 'found';
    },
    { outcomes: ['none', 'found'] },
  );

  fuzz(
    'of any text gives a text of it, or none',
    [
      fc.oneof(
        anyText,
        mutatedText(cookies.map((pairs) => pairs.map(([name, value]) => `${name}="${value}"`).join('; '))),
      ),
    ],
    (header) => {
      const { value, further } = bounded(() => readSession(header, 'sessionid', 2));
      for (const name of further) if (!/^sessionid\.[1-9]\d?$/.test(name)) throw new Error(`${name} is a name`);
      if (value !== null && value.length > header.length) throw new Error('It is longer than what was sent.');
      return value === null ? 'none' : 'found';
    },
    { outcomes: ['none', 'found'] },
  );
});
