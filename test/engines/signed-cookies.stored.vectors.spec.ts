import { describe, expect, test } from '@jest/globals';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { SignedCookiesStore } from '../support/signed-cookies-store.js';
import { vectors } from '../support/vectors.js';

const SALT = 'django.contrib.sessions.backends.signed_cookies';
const cookies = new SignedCookiesStore();
const stored = vectors('stored', 'stored_cookie');

describe('a cookie is what Django would have made', () => {
  test.each(stored)('$name', async ({ in: given, out }) => {
    cookies.clock.seconds = given.now;
    const { key } = await cookies.store([given.secret]).create(jsonSerializer.loads(given.payload));
    const codec = new SessionCodec([given.secret], SALT);
    expect(codec.decode(key)).toEqual(codec.decode(out.cookie_value));
    if (!out.cookie_value.startsWith('.')) expect(key).toBe(out.cookie_value);
  });
});

describe("Django's cookie is read and carried", () => {
  test.each(stored)('$name', async ({ in: given, out }) => {
    cookies.clock.seconds = given.now;
    const session = await new Session<any>(cookies.store([given.secret]), out.cookie_value).load();
    session.set('ours', 1);
    await session.save();
    const decoded = new SessionCodec([given.secret], SALT).decode(session.sessionKey!);
    const expected = given.payload === '{}' ? '{"ours":1}' : given.payload.replace(/\}$/, ',"ours":1}');
    expect((decoded as { payload: string }).payload).toBe(expected);
  });
});
