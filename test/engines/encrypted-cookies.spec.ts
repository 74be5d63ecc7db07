import { createDecipheriv, hkdfSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { EncryptedCookiesEngine } from '../../libs/sessions/src/engines/encrypted-cookies/encrypted-cookies-engine.js';
import { SignedCookiesEngine } from '../../libs/sessions/src/engines/signed-cookies/signed-cookies-engine.js';
import { mutated, seededRandom } from '../support/seeded-random.js';
import { storeOn } from '../support/store-under-test.js';
import { TestClock } from '../support/vectors.js';

const SECRET = 'secret';
const NOW = 1_700_000_000;
const clock = new TestClock(NOW);

function engineOf(options: Partial<ConstructorParameters<typeof EncryptedCookiesEngine>[0]> = {}) {
  return new EncryptedCookiesEngine({ secrets: [SECRET], clock: clock.now, ...options });
}

async function cookieOf(payload: string, options = {}): Promise<string> {
  clock.seconds = NOW;
  return (await engineOf(options).create(payload)).key;
}

test('what is in it is read back, with its date, and nothing is stored anywhere', async () => {
  const key = await cookieOf('{"a":"ü€😀"}');
  expect(await engineOf().load(key)).toEqual({ payload: '{"a":"ü€😀"}', modifiedAt: NOW * 1000 });
  expect(await engineOf().exists(key)).toBe(false);
  await engineOf().delete(key);
  expect(await engineOf().load(key)).not.toBeNull();
});

test('the same session is another cookie every time, and tells nothing but its length', async () => {
  const payload = JSON.stringify({ name: 'Ada', role: 'admin' });
  const made = await Promise.all(Array.from({ length: 20 }, () => cookieOf(payload)));
  expect(new Set(made).size).toBe(20);
  expect(new Set(made.map(({ length }) => length)).size).toBe(1);
  for (const key of made) {
    expect(key).toMatch(/^v1\.\d+\.[A-Za-z0-9_-]+$/);
    expect(Buffer.from(key.split('.')[2]!, 'base64url').includes('Ada')).toBe(false);
  }
});

test('a session that could be compressed is not: its length would tell of its content', async () => {
  const repeated = await cookieOf(JSON.stringify({ a: 'x'.repeat(900) }));
  const various = await cookieOf(JSON.stringify({ a: 'x7Fq'.repeat(225) }));
  expect(repeated.length).toBe(various.length);
});

test('the form is the one that is documented', async () => {
  const key = await cookieOf('{"a":1}');
  const [, length, body] = key.split('.');
  expect(body).toHaveLength(Number(length));
  const bytes = Buffer.from(body!, 'base64url');
  const info = 'nestjs-django-sessions encrypted_cookies v1';
  const secretKey = Buffer.from(hkdfSync('sha256', SECRET, '', info, 32));
  const decipher = createDecipheriv('aes-256-gcm', secretKey, bytes.subarray(0, 12));
  decipher.setAAD(Buffer.from('v1:sessionid')).setAuthTag(bytes.subarray(-16));
  const plain = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  expect(plain.readUIntBE(0, 6)).toBe(NOW * 1000);
  expect(plain.toString('utf8', 6)).toBe('{"a":1}');
});

describe('what does not open', () => {
  test('one changed character, anywhere', async () => {
    const key = await cookieOf('{"a":1,"b":"some text"}');
    for (let at = 0; at < key.length; at++) {
      for (const other of ['A', 'B', '0', '9', '.', '-', ' ', 'é'].filter((char) => char !== key[at])) {
        expect(await engineOf().load(key.slice(0, at) + other + key.slice(at + 1))).toBeNull();
      }
    }
  });

  test('one changed bit, anywhere', async () => {
    const [version, length, body] = (await cookieOf('{"a":1,"b":"some text"}')).split('.');
    const bytes = Buffer.from(body!, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(await engineOf().load(`${version}.${length}.${changed.toString('base64url')}`)).toBeNull();
    }
  });

  test('another way to write the same bytes', async () => {
    const key = await cookieOf('{"a":1}');
    const last = key.at(-1)!;
    const bytes = Buffer.from(key.split('.')[2]!, 'base64url');
    const alike = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .map((char) => key.slice(0, -1) + char)
      .filter((text) => !text.endsWith(last) && Buffer.from(text.split('.')[2]!, 'base64url').equals(bytes));
    expect(alike.length).toBeGreaterThan(0);
    for (const text of alike) expect(await engineOf().load(text)).toBeNull();
  });

  test('a part of it', async () => {
    const key = await cookieOf('{"a":1}');
    for (let length = 0; length < key.length; length++) expect(await engineOf().load(key.slice(0, length))).toBeNull();
  });

  test('a cookie of another name, or of another secret', async () => {
    const key = await cookieOf('{"a":1}', { cookieName: 'other' });
    expect(await engineOf().load(key)).toBeNull();
    expect(await engineOf({ cookieName: 'other' }).load(key)).not.toBeNull();
    expect(await engineOf({ cookieName: 'other', secrets: ['another'] }).load(key)).toBeNull();
  });

  test('a session in the clear, or only signed', async () => {
    const signed = await new SignedCookiesEngine({ secrets: [SECRET], clock: clock.now }).create('{"a":1}');
    const stored = new SessionCodec([SECRET]).encode('{"a":1}', clock.now());
    const clear = Buffer.from('{"a":1}').toString('base64url');
    for (const key of [signed.key, stored, '{"a":1}', clear, `v1.${clear.length}.${clear}`]) {
      expect(await engineOf().load(key)).toBeNull();
    }
  });
});

test('what follows the session, as from an older and longer one, is no part of it', async () => {
  const key = await cookieOf('{"a":1}');
  for (const rest of ['A', 'AAAA'.repeat(1000), '.', '=', await cookieOf('{"b":2}')]) {
    expect(await engineOf().load(key + rest)).toMatchObject({ payload: '{"a":1}' });
  }
});

test('older secrets decrypt, and never encrypt', async () => {
  const old = await cookieOf('{"a":1}', { secrets: ['old secret'] });
  const engine = engineOf({ secrets: [SECRET, Buffer.from('old secret')] });
  expect(await engine.load(old)).toMatchObject({ payload: '{"a":1}' });
  expect(await engineOf({ secrets: ['old secret'] }).load((await engine.create('{}')).key)).toBeNull();
});

describe('the age of a cookie', () => {
  test.each([
    [60, true],
    [60.001, false],
    [-5000, true],
  ])('%d seconds of 60: read %p', async (age, isRead) => {
    const key = await cookieOf('{"a":1}');
    clock.seconds = NOW + age;
    expect((await engineOf({ cookieAge: 60 }).load(key)) !== null).toBe(isRead);
  });

  test.each([
    [{ seconds: 30 }, 29.9, true],
    [{ seconds: 30 }, 30, false],
    [30, 29.9, true],
    [30, 30, false],
    [0, 30, true],
  ])(
    'a session that ends by itself (%p) does so whatever the browser does: read %p s later %p',
    async (expiry, age, isRead) => {
      clock.seconds = NOW;
      const store = storeOn(engineOf(), clock, {});
      const session = new Session<any>(store);
      session.set('a', 1);
      session.setExpiry(expiry);
      await session.save();
      clock.seconds = NOW + age;
      expect((await store.load(session.sessionKey!)) !== null).toBe(isRead);
    },
  );
});

test('20,000 damaged cookies are read without an error, and none opens', async () => {
  const random = seededRandom(5);
  const good = await cookieOf('{"a":1,"b":"some text"}');
  for (let run = 0; run < 20_000; run++) {
    const bad = mutated(good, random);
    const stored = await engineOf().load(bad);
    if (!bad.startsWith(good)) expect(stored).toBeNull();
  }
});
