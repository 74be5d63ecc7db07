import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { equalInConstantTime, TimestampSigner } from '../../libs/sessions/src/core/signer.js';
import { SIGNED_COOKIES_SALT } from '../../libs/sessions/src/engines/signed-cookies/signed-cookies-engine.js';
import { express, fastify } from '../platforms/platform.js';
import { SECRET } from '../support/application.js';
import { attacked, type Attacked } from './support/attacked.js';

const ADMIN = '{"user":"admin"}';
const base64 = (text: string) => Buffer.from(text).toString('base64url');
const now = Date.now();

/** Sessions that nobody signed with our secret, or not for this. */
const FORGERIES: [string, string][] = [
  ['JSON in the clear', ADMIN],
  ['JSON in base64', base64(ADMIN)],
  ['an empty signature', `${base64(ADMIN)}:1r31eq:`],
  ['no signature', `${base64(ADMIN)}:1r31eq`],
  ['one under another secret', new SessionCodec(['another'], SIGNED_COOKIES_SALT).encode(ADMIN, now)],
  ['one under an empty secret', new SessionCodec([''], SIGNED_COOKIES_SALT).encode(ADMIN, now)],
  ['one of a store on the server', new SessionCodec([SECRET]).encode(ADMIN, now)],
  ['one of another salt', new SessionCodec([SECRET], 'django.core.signing').encode(ADMIN, now)],
  ['a bare HMAC', `${base64(ADMIN)}:1r31eq:${createHmac('sha256', SECRET).update(base64(ADMIN)).digest('base64url')}`],
  ['a JSON web token without a signature', `${base64('{"alg":"none"}')}.${base64(ADMIN)}.`],
  ['an encrypted one in the clear', `v1.${base64(ADMIN).length}.${base64(ADMIN)}`],
  ['an encrypted one of no length', 'v1.0.'],
  ['an encrypted one of another version', `v2.${base64(ADMIN).length}.${base64(ADMIN)}`],
  ['what Django wrote before 3.1', Buffer.from(`${'0'.repeat(40)}:${ADMIN}`).toString('base64')],
];

describe.each([express, fastify])('on $name', (platform) => {
  describe.each(['signed_cookies', 'encrypted_cookies'] as const)('%s', (engine) => {
    let target: Attacked;
    let other: Attacked;
    beforeAll(async () => {
      target = await attacked(platform, { engine });
      other = await attacked(platform, {
        engine: engine === 'signed_cookies' ? 'encrypted_cookies' : 'signed_cookies',
      });
    });
    afterAll(async () => {
      await target.app.close();
      await other.app.close();
    });

    test('rack CVE-2026-39324: what is not ours is no session, and nothing else is tried', async () => {
      for (const [what, cookie] of FORGERIES) {
        expect({ what, shown: await target.shown(cookie) }).toEqual({ what, shown: {} });
      }
      // Nor what the other cookie engine made under the same secret.
      const visitor = other.visitor();
      await visitor.post('/login');
      expect(await other.shown(visitor.cookies.get('sessionid')!)).toEqual({ user: 'ann' });
      expect(await target.shown(visitor.cookies.get('sessionid')!)).toEqual({});
    });
  });
});

describe.each(['signed_cookies', 'encrypted_cookies'] as const)('%s', (engine) => {
  test('a forged cookie is logged once, and is not in the log', async () => {
    const target = await attacked(express, { engine });
    const own = target.visitor();
    await own.post('/login');
    const cookie = own.cookies.get('sessionid')!;
    const forged = `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`;
    target.logs.lines.length = 0;
    expect(await target.shown(forged)).toEqual({});
    await target.app.close();
    expect(target.logs.text).not.toContain(forged.slice(0, 16));
    expect(target.logs.complaints).toEqual([expect.stringContaining('Session data corrupted')]);
  });
});

describe('signatures', () => {
  test('rack CVE-2013-0263: signatures are compared in constant time, whatever their length', () => {
    const signer = new TimestampSigner([SECRET], 'salt');
    const signed = signer.sign('value', now);
    const cut = signed.lastIndexOf(':') + 1;
    const [dated, signature] = [signed.slice(0, cut), signed.slice(cut)];
    expect(signature).toHaveLength(43);
    expect(signer.unsign(signed)?.value).toBe('value');
    for (let length = 0; length < signature.length; length++) {
      expect(signer.unsign(dated + signature.slice(0, length))).toBeNull();
    }
    for (const other of [`${signature}A`, signature + signature, `${signature}=`, ` ${signature}`, `é${signature}`]) {
      expect(signer.unsign(dated + other)).toBeNull();
    }
    expect(equalInConstantTime('', '')).toBe(true);
    expect(equalInConstantTime('a', '')).toBe(false);
    // As many characters, and another number of bytes.
    expect(equalInConstantTime('é', 'e')).toBe(false);
  });

  test('there is one comparison of secrets in the sources, and it is the one of node:crypto', () => {
    const source = fileURLToPath(new URL('../../libs/sessions/src', import.meta.url));
    const files = (readdirSync(source, { recursive: true }) as string[]).filter((name) => name.endsWith('.ts'));
    const using = files.filter((name) => /timingSafeEqual\(/.test(readFileSync(`${source}/${name}`, 'utf8')));
    expect(using).toEqual(['core/signer.ts']);
    const offenders = files.flatMap((name) =>
      readFileSync(`${source}/${name}`, 'utf8')
        .split('\n')
        .filter((line) => /(?:digest|base64url|signature|h?mac)\b[^=]*[!=]==/i.test(line))
        .filter((line) => !/signature\.length ===/.test(line))
        .map((line) => `${name}: ${line.trim()}`),
    );
    // This one tells two ways to write the same bytes apart; the tag has not been looked at yet.
    expect(offenders).toEqual([
      expect.stringMatching(/^engines\/encrypted-cookies\/cookie-cipher\.ts: .*toString\('base64url'\) !== body/),
    ]);
  });
});
