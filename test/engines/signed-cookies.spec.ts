import { describe, expect, test } from '@jest/globals';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { SignedCookiesEngine } from '../../libs/sessions/src/engines/signed-cookies/signed-cookies-engine.js';
import { mutated, seededRandom } from '../support/seeded-random.js';
import { SignedCookiesStore } from '../support/signed-cookies-store.js';

const cookies = new SignedCookiesStore();
const SECRET = 'secret';
const FORGED = { payload: '{}', outdated: true };

async function cookieOf(payload: string, secret = SECRET): Promise<string> {
  return (await new SignedCookiesEngine({ secrets: [secret], clock: cookies.clock.now }).create(payload)).key;
}

test('what is in it is read back, and nothing is stored anywhere', async () => {
  const engine = new SignedCookiesEngine({ secrets: [SECRET] });
  const { key } = await engine.create('{"a":1}');
  expect(await engine.load(key)).toEqual({ payload: '{"a":1}' });
  expect(await engine.exists(key)).toBe(false);
  await engine.delete(key);
  expect(await engine.load(key)).toEqual({ payload: '{"a":1}' });
});

test('saving and cycling make a new cookie of the same kind', async () => {
  cookies.clock.seconds = 1_700_000_000;
  const engine = cookies.engine({}, [SECRET]);
  const { key } = await engine.create('{"a":1}');
  cookies.clock.seconds += 1;
  for (const made of [await engine.save(key, '{"a":2}'), await engine.cycle(key, '{"a":2}')]) {
    expect(made.key).not.toBe(key);
    expect(await engine.load(made.key)).toEqual({ payload: '{"a":2}' });
  }
});

describe('the age of a cookie', () => {
  test.each([
    [0, true],
    [59.75, true],
    [60, true],
    [60.001, false],
    [61, false],
    [-5000, true],
  ])('%d seconds of 60: read %p', async (age, isRead) => {
    cookies.clock.seconds = 1_700_000_000;
    const key = await cookieOf('{"a":1}');
    cookies.clock.seconds += age;
    const stored = await cookies.engine({ cookieAge: 60 }, [SECRET]).load(key);
    expect(stored).toEqual(isRead ? { payload: '{"a":1}' } : FORGED);
  });

  test('is by its date in whole seconds and by the present with its fraction, as in Django', async () => {
    cookies.clock.seconds = 1_700_000_000.9;
    const key = await cookieOf('{}');
    cookies.clock.seconds = 1_700_000_060.1;
    expect(await cookies.engine({ cookieAge: 60 }, [SECRET]).load(key)).toEqual(FORGED);
  });
});

test('older secrets verify, and never sign', async () => {
  const old = await cookieOf('{"a":1}', 'old secret');
  const engine = cookies.engine({}, [SECRET, 'old secret']);
  expect(await engine.load(old)).toEqual({ payload: '{"a":1}' });
  expect(await cookies.engine({}, ['old secret']).load((await engine.create('{}')).key)).toEqual(FORGED);
});

test('the session of a server-side engine does not verify, though the secret is the same', async () => {
  const stored = new SessionCodec([SECRET]).encode('{"a":1}', cookies.clock.now());
  expect(await cookies.engine({}, [SECRET]).load(stored)).toEqual(FORGED);
});

test('a cookie that does not verify is an empty session which counts as changed, so that it is replaced', async () => {
  const session = await new Session<any>(cookies.store([SECRET]), 'forged-cookie').load();
  expect({ ...session.data }).toEqual({});
  expect(session.modified).toBe(true);
});

test('one changed character, anywhere, and it does not verify', async () => {
  const engine = cookies.engine({}, [SECRET]);
  const key = await cookieOf(JSON.stringify({ a: 'text that is worth compressing '.repeat(5) }));
  for (let at = 0; at < key.length; at++) {
    const other = key[at] === 'A' ? 'B' : 'A';
    expect(await engine.load(key.slice(0, at) + other + key.slice(at + 1))).toEqual(FORGED);
  }
});

test('20,000 damaged cookies are read without an error', async () => {
  const random = seededRandom(4);
  const engine = cookies.engine({}, [SECRET]);
  const good = await cookieOf(JSON.stringify({ a: 'text that is worth compressing '.repeat(5) }));
  for (let run = 0; run < 20_000; run++) {
    const bad = mutated(good, random);
    const stored = await engine.load(bad);
    if (bad !== good) expect(stored).toEqual(FORGED);
  }
});
