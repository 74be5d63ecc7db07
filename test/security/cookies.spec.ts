import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { readSession } from '../../libs/sessions/src/http/session-cookies.js';
import { express, fastify } from '../platforms/platform.js';
import { SECRET } from '../support/application.js';
import { attacked, type Attacked } from './support/attacked.js';
import { bounded } from './support/bounded.js';
import { ODD_KEYS } from './support/odd-keys.js';
import { all, rawRequest } from './support/raw-request.js';

const outside = mkdtempSync(join(tmpdir(), 'sessions-cookies-'));
const folder = join(outside, 'sessions');
mkdirSync(folder);
afterAll(() => rmSync(outside, { recursive: true }));

/** What somebody who can choose a path would like to be read: a session, rightly signed, where none belongs. */
const bait = new SessionCodec([SECRET]).encode('{"user":"admin"}', Date.now());

describe.each([express, fastify])('on $name', (platform) => {
  let target: Attacked;
  let ann: string;
  let bob: string;
  beforeAll(async () => {
    target = await attacked(platform, { engine: 'file', filePath: folder });
    const login = async () => {
      const visitor = target.visitor();
      await visitor.post('/login');
      return visitor.cookies.get('sessionid')!;
    };
    ann = await login();
    bob = await login();
    writeFileSync(join(outside, 'bait'), bait);
    writeFileSync(join(outside, 'sessionidbait'), bait);
  });
  beforeEach(() => {
    target.logs.lines.length = 0;
  });
  afterAll(async () => {
    await target.app.close();
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
  });

  const shownBy = async (...cookies: (string | Buffer)[]) => {
    const answer = await rawRequest(target.url, '/read', cookies);
    return { status: answer.status, body: answer.body.replace(/^[\da-f]+\r\n|\r\n0\r\n\r\n$/g, '') };
  };
  const ANN = { status: 200, body: '{"user":"ann"}' };
  const NOBODY = { status: 200, body: '{}' };

  test('a session is shown to whoever has its key', async () => {
    expect(await shownBy(`sessionid=${ann}`)).toEqual(ANN);
    expect(await shownBy('a=1; b=2')).toEqual(NOBODY);
  });

  test('of several cookies of the name the last one counts, and no other is tried', async () => {
    const other = 'abcdefghijklmnopqrstuvwxyz012345';
    expect(await shownBy(`sessionid=${other}; sessionid=${ann}`)).toEqual(ANN);
    expect(await shownBy(`sessionid=${ann}; sessionid=${other}`)).toEqual(NOBODY);
    expect(await shownBy(`sessionid=${ann}; sessionid=`)).toEqual(NOBODY);
    expect(await shownBy(`sessionid=${ann}; sessionid="../bait"`)).toEqual(NOBODY);
    // Several headers are one, in their order.
    expect(await shownBy(`sessionid=${other}`, `sessionid=${ann}`)).toEqual(ANN);
    expect(await shownBy(`sessionid=${ann}`, `sessionid=${other}`)).toEqual(NOBODY);
    expect(await shownBy(`sessionid=${ann},sessionid=${bob}`)).toEqual(NOBODY);
  });

  test('rack CVE-2019-16782, AR store CVE-2019-25025, Apache::Session CVE-2013-10075: what is no key of ours is nothing, and never becomes a path', async () => {
    const before = readdirSync(folder).sort();
    const paths = ['/../bait', '../sessionidbait', `../sessions/sessionid${ann}`, join(outside, 'bait'), `${ann}/.`];
    for (const key of [...ODD_KEYS, ...paths, `./${ann}`, ann.toUpperCase(), `${ann}_lock`, `${ann} x`]) {
      if (key.length > 10_000) continue;
      const ways = [
        key,
        Buffer.from(key, 'latin1').toString('latin1'),
        encodeURIComponent(Buffer.from(key).toString()),
      ];
      for (const bytes of ways.map((way) => Buffer.from(way, 'utf8'))) {
        // Node refuses control characters by itself.
        const refused = bytes.some((byte) => byte === 0x7f || (byte < 0x20 && byte !== 0x09));
        const answer = await shownBy(Buffer.concat([Buffer.from('sessionid='), bytes]));
        if (refused) expect({ key, status: answer.status }).toEqual({ key, status: 400 });
        else expect({ key, answer }).toEqual({ key, answer: NOBODY });
      }
    }
    expect(readdirSync(folder).sort()).toEqual(before);
    expect(readFileSync(join(outside, 'bait'), 'utf8')).toBe(bait);
    expect(target.logs.complaints).toEqual([]);
  });

  test('another way to write a key is another key', async () => {
    const percent = [...ann].map((char) => `%${char.charCodeAt(0).toString(16)}`).join('');
    const octal = [...ann].map((char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`).join('');
    for (const other of [percent, `%22${ann}%22`, `'${ann}'`, `s:${ann}`, `${ann}.signature`, octal, `${ann}%00`]) {
      expect({ other, shown: await shownBy(`sessionid=${other}`) }).toEqual({ other, shown: NOBODY });
    }
    for (const name of ['SESSIONID', 'session%69d', 'xsessionid', 'sessionid[]', 'sessionid.1', '"sessionid"']) {
      expect({ name, shown: await shownBy(`${name}=${ann}`) }).toEqual({ name, shown: NOBODY });
    }
    // This is the one that cookies themselves know, and Django with them.
    expect(await shownBy(`sessionid="${ann}"`)).toEqual(ANN);
  });

  test('a null byte, or a line break, is refused before it is read', async () => {
    for (const bytes of ['\0', `${ann}\0`, `${ann}\x01`, `${ann}\x7f`, `\0${ann}`]) {
      const { status } = await rawRequest(target.url, '/read', [`sessionid=${bytes}`]);
      expect({ bytes, status }).toEqual({ bytes, status: 400 });
    }
    // Past Node, where quotes and octal digits make one.
    expect(await shownBy(`sessionid="${ann}\\000"`)).toEqual(NOBODY);
    expect(await shownBy(`sessionid="\\012Set-Cookie: a=b;"`)).toEqual(NOBODY);
  });

  test('an answer never repeats what was sent', async () => {
    for (const sent of ['<script>alert(1)</script>', '"\\015\\012Set-Cookie: a=b"', 'a\\073 Domain=evil', '\'"><b>']) {
      const answer = await rawRequest(target.url, '/write', [`sessionid=${sent}; sessionid.1=${sent}`], 'POST');
      expect(answer.status).toBe(201);
      expect(all(answer, 'set-cookie')).toEqual([expect.stringMatching(/^sessionid=[a-z0-9]{32}; expires=/)]);
      expect(JSON.stringify(answer)).not.toContain(sent.slice(0, 8));
    }
  });

  test('a header that is too large is refused by Node, and the application is not asked', async () => {
    const { status } = await rawRequest(target.url, '/write', [`sessionid=${'a'.repeat(20_000)}`], 'POST');
    expect(status).toBe(431);
    expect(await shownBy(`sessionid=${'a'.repeat(12_000)}`)).toEqual(NOBODY);
  });
});

describe('a header as large as Node takes is read in no time', () => {
  const SIZE = 16_000;
  const filled = (part: string) => part.repeat(Math.ceil(SIZE / part.length)).slice(0, SIZE);
  test.each([
    ...[
      ';',
      '=',
      '"',
      '\\',
      ' ',
      'sessionid',
      'sessionid=',
      'sessionid=;',
      'sessionid.1=',
      'sessionid.1=a;',
      '; ;',
      '="',
    ].map((part) => [part, filled(part)]),
    ['one quoted value', `sessionid="${filled('\\1')}"`],
    ['one quoted value of backslashes', `sessionid="${filled('\\\\')}"`],
    ['one quoted value without an end', `sessionid="${filled('\\"')}`],
    ['blanks before it', `${filled(' ')}sessionid=a`],
    ['a hundred parts', Array.from({ length: 100 }, (_, n) => `sessionid.${n}=${'a'.repeat(100)}`).join('; ')],
  ])('%j', (_, header) => {
    const read = bounded(() => {
      for (let n = 0; n < 10; n++) readSession(header, 'sessionid', 2);
      return readSession(header, 'sessionid', 2);
    });
    expect(read.value === null || typeof read.value === 'string').toBe(true);
    expect(read.further.length).toBeLessThan(100);
  });
});
