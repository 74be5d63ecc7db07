import { execFile } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createDeflate } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transformFileSync } from '@swc/core';
import { SESSION_SALT, SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { SIGNED_COOKIES_SALT } from '../../libs/sessions/src/engines/signed-cookies/signed-cookies-engine.js';
import { express, fastify } from '../platforms/platform.js';
import { SECRET } from '../support/application.js';
import { DatabaseStore } from '../support/database-store.js';
import { FileStore } from '../support/file-store.js';
import { attacked, type Attacked } from './support/attacked.js';
import { inflations } from './support/inflations.js';

const MIB = 1024 * 1024;
const LIMIT = 64 * MIB;

/** As `SessionCodec` signs it, for a body that is no session. */
function signed(body: string, secret: string, salt = SESSION_SALT): string {
  const dated = `${body}:1r31eq`;
  const key = createHash('sha256').update(`${salt}signer${secret}`).digest();
  return `${dated}:${createHmac('sha256', key).update(dated).digest('base64url')}`;
}

/** So many blanks, compressed piece by piece: they are never all in memory. */
async function bomb(bytes: number): Promise<string> {
  const deflate = createDeflate({ level: 9 });
  const pieces = Readable.from(
    (function* () {
      for (let left = bytes; left > 0; left -= MIB) yield Buffer.alloc(Math.min(left, MIB), ' ');
    })(),
  );
  return `.${(await buffer(pieces.pipe(deflate))).toString('base64url')}`;
}

describe('a decompression bomb', () => {
  const codec = new SessionCodec([SECRET]);

  test('python-jose GHSA-cjwg-qfpm-7377, authlib CVE-2025-62706, unfurl CVE-2026-40036: what is not signed is never inflated', async () => {
    const body = await bomb(6 * MIB);
    // It would fit into one cookie.
    expect(body.length).toBeLessThan(9000);
    const genuine = signed(body, SECRET);
    expect((await inflations(() => codec.decode(genuine))).count).toBe(1);
    for (const forged of [
      signed(body, 'another'),
      `${genuine.slice(0, -1)}${genuine.endsWith('A') ? 'B' : 'A'}`,
      genuine.slice(0, -10),
      `${body}:1r31eq:`,
      `${body}:1r31eq`,
      body,
      `${body}${genuine}`,
    ]) {
      expect(await inflations(() => codec.decode(forged))).toEqual({ result: 'forged', count: 0 });
    }
  });

  test('what is signed is inflated up to 64 MiB, and not by one byte more', async () => {
    const largest = codec.decode(signed(await bomb(LIMIT), SECRET)) as { payload: string };
    expect(largest.payload).toHaveLength(LIMIT);
    expect(codec.decode(signed(await bomb(LIMIT + 1), SECRET))).toBe('broken');
  });

  test('nor in a row, nor in a file', async () => {
    const key = 'bomb'.padEnd(32, '0');
    const text = signed(await bomb(6 * MIB), 'another');
    const database = await DatabaseStore.open();
    const files = new FileStore();
    try {
      await database.dataSource.query("INSERT INTO django_session VALUES (?, ?, '9999-12-31')", [key, text]);
      writeFileSync(join(files.folder, `sessionid${key}`), text);
      for (const store of [database, files]) {
        expect(await inflations(() => store.store([SECRET]).load(key))).toEqual({ result: null, count: 0 });
        expect(store.warnings).toEqual(['Session data corrupted']);
      }
    } finally {
      await database.close();
      files.close();
    }
  });
});

describe('the memory it takes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bombs-'));
  const child = fileURLToPath(new URL('support/bomb-child.mjs', import.meta.url));
  const core = fileURLToPath(new URL('../../libs/sessions/src/core', import.meta.url));
  beforeAll(() => {
    for (const file of readdirSync(core)) {
      const { code } = transformFileSync(join(core, file), {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      });
      writeFileSync(join(folder, file.replace(/\.ts$/, '.js')), code);
    }
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function decodedApart(bytes: number): Promise<{ answer: unknown; used: number }> {
    const file = join(folder, 'bomb');
    writeFileSync(file, signed(await bomb(bytes), 'secret'));
    const { stdout } = await promisify(execFile)('node', [child, join(folder, 'session-codec.js'), file]);
    return JSON.parse(stdout) as { answer: unknown; used: number };
  }

  test('of a bomb of half a gigabyte is far from that', async () => {
    const largest = await decodedApart(LIMIT);
    expect(largest.answer).toBe(LIMIT);
    // What is measured is what it takes, if roughly: how much is kept in memory is for the system to say, and 16 was seen.
    expect(largest.used).toBeGreaterThan(8);
    const { answer, used } = await decodedApart(512 * MIB);
    expect(answer).toBe('broken');
    expect(used).toBeLessThan(256);
  }, 60_000);
});

describe.each([express, fastify])('over HTTP, on $name', (platform) => {
  let target: Attacked;
  beforeAll(async () => {
    target = await attacked(platform, { engine: 'signed_cookies' });
  });
  afterAll(() => target.app.close());

  test('a bomb in a cookie is no session, and no more is inflated for it than for another cookie', async () => {
    const cookie = signed(await bomb(6 * MIB), 'another', SIGNED_COOKIES_SALT);
    // What is counted there is the new cookie, which is compressed where that helps.
    const plain = await inflations(() => target.shown(signed('e30', 'another', SIGNED_COOKIES_SALT)));
    expect(await inflations(() => target.shown(cookie))).toEqual(plain);
  });
});
