import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SessionCreateError, SessionsOptionsError, SessionStoreError } from '../../libs/sessions/src/core/errors.js';
import { FileEngine } from '../../libs/sessions/src/engines/file/file-engine.js';
import { FileStore } from '../support/file-store.js';

const files = new FileStore();
beforeEach(() => files.wipe());
afterAll(() => files.close());

const engineIn = (folder: string, newKey?: () => string) => new FileEngine({ folder, ...(newKey && { newKey }) });
const engine = engineIn(files.folder);
const nameOf = (key: string) => `sessionid${key}`;
const pathOf = (key: string) => join(files.folder, nameOf(key));

describe('a file', () => {
  test('is there complete, for nobody else to read, and alone', async () => {
    const { key } = await engine.create('content');
    expect(files.names()).toEqual([nameOf(key)]);
    expect(statSync(pathOf(key)).mode & 0o777).toBe(0o600);
    expect(statSync(pathOf(key)).nlink).toBe(1);
    await engine.save(key, 'other', 0);
    expect(statSync(pathOf(key)).mode & 0o777).toBe(0o600);
    expect(files.names()).toEqual([nameOf(key)]);
    expect(readFileSync(pathOf(key), 'utf8')).toBe('other');
  });

  test('is never written over by one that is created', async () => {
    const taken = 'taken'.padEnd(32, '0');
    writeFileSync(pathOf(taken), 'theirs');
    const keys = [taken, taken, 'free'.padEnd(32, '0')];
    const { key } = await engineIn(files.folder, () => keys.shift()!).create('ours');
    expect(key).toBe('free'.padEnd(32, '0'));
    expect(readFileSync(pathOf(taken), 'utf8')).toBe('theirs');
    await expect(engineIn(files.folder, () => taken).create('ours')).rejects.toThrow(SessionCreateError);
    expect(files.names()).toHaveLength(2);
  });

  test('of the default folder is in that of the system', async () => {
    const byDefault = new FileEngine();
    const { key } = await byDefault.create('content');
    expect(existsSync(join(tmpdir(), nameOf(key)))).toBe(true);
    await byDefault.delete(key);
    expect(existsSync(join(tmpdir(), nameOf(key)))).toBe(false);
  });
});

describe('what a visitor sends never becomes a path', () => {
  const outside = join(files.folder, 'outside');
  test.each([
    '../outside',
    '/etc/passwd',
    'aaaaaaaa/../../outside',
    '..\\..\\outside',
    'aaaaaaaa\0',
    'aaaaaaaa\n',
    'AAAAAAAAAA',
    'aaaaaaaa_out_abc12345',
    'aaaaaaaa_lock',
    'äöüäöüäöü',
    'short12',
    'a'.repeat(41),
    '',
  ])('%j', async (key) => {
    writeFileSync(outside, 'bait');
    writeFileSync(join(files.folder, 'sessionidaaaaaaaa'), 'bait');
    for (const bait of ['sessionidaaaaaaaa_out_abc12345', 'sessionidaaaaaaaa_lock']) {
      writeFileSync(join(files.folder, bait), 'bait');
    }
    const before = files.names();
    expect(await engine.load(key)).toBeNull();
    expect(await engine.exists(key)).toBe(false);
    expect(await engine.save(key, 'x', 0)).toBeNull();
    expect(await engine.cycle(key, 'x', 0)).toBeNull();
    await engine.delete(key);
    expect(files.names()).toEqual(before);
    expect(readFileSync(outside, 'utf8')).toBe('bait');
  });
});

describe('what is no session', () => {
  const key = 'odd'.padEnd(32, '0');
  test.each<[string, (path: string) => void]>([
    ['an empty file', (path) => writeFileSync(path, '')],
    ['a folder', (path) => mkdirSync(path)],
    ['a named pipe, which nobody writes to', (path) => void execFileSync('mkfifo', [path])],
    ['a link to nowhere', (path) => symlinkSync('/nowhere/at/all', path)],
  ])('%s', async (_, make) => {
    make(pathOf(key));
    expect(await engine.load(key)).toBeNull();
  });

  test.each<[string, string | Buffer]>([
    ['text that is not signed', 'nonsense'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0, 0x80, 0x3a])],
    ['nothing but colons', ':::'],
    ['half of a session', 'eyJmb28iOiJiYXIifQ:1r31eq:b1g3DkOjlPay9'],
  ])('%s', async (_, content) => {
    writeFileSync(pathOf(key), content);
    expect(await files.store(['secret']).load(key)).toBeNull();
    expect(files.warnings).toEqual(['Session data corrupted']);
    expect(existsSync(pathOf(key))).toBe(true);
  });
});

describe('a session that is gone', () => {
  test('is not brought back by any of many writers', async () => {
    for (let round = 0; round < 20; round++) {
      const { key } = await engine.create('{}');
      const writes = Array.from({ length: 5 }, (_, n) => engine.save(key, `{"n":${n}}`, 0));
      await Promise.all([engine.delete(key), ...writes]);
      expect(await engine.save(key, 'late', 0)).toBeNull();
    }
    expect(files.names()).toEqual([]);
  });

  test('is not moved to a new key, when Django ends it while it is being moved', async () => {
    const { key } = await engine.create('{}');
    const newKey = 'new'.padEnd(32, '0');
    // The key is drawn when all checks are behind us.
    const moved = engineIn(files.folder, () => {
      rmSync(pathOf(key));
      return newKey;
    }).cycle(key, '{"a":1}', 0);
    expect(await moved).toBeNull();
    expect(files.names()).toEqual([]);
  });

  test('is moved or ended, and never both', async () => {
    for (let round = 0; round < 20; round++) {
      const { key } = await engine.create('{}');
      const [moved] = await Promise.all([engine.cycle(key, '{"a":1}', 0), engine.delete(key)]);
      expect(files.names()).toEqual(moved ? [nameOf(moved.key)] : []);
      await files.wipe();
    }
  });
});

describe('a folder that is no use is told at start-up, by its path and the option', () => {
  test.each<[string, string, string]>([
    ['missing', join(files.folder, 'missing'), 'does not exist'],
    ['a file', join(files.folder, 'a-file'), 'is not a folder'],
    ['inside a file', join(files.folder, 'a-file/folder'), 'cannot be looked at (ENOTDIR)'],
    ['not writable', '/proc/self', 'cannot be written to (ENOENT)'],
  ])('%s', async (_, folder, problem) => {
    writeFileSync(join(files.folder, 'a-file'), '');
    const starting = engineIn(folder).onModuleInit();
    await expect(starting).rejects.toThrow(SessionsOptionsError);
    await expect(starting).rejects.toMatchObject({
      problems: [
        `filePath must be a folder that sessions can be written to, got ${JSON.stringify(folder)}, which ${problem}`,
      ],
    });
  });

  test('one that is fine is left as it was', async () => {
    await engine.onModuleInit();
    expect(files.names()).toEqual([]);
  });
});

describe('a folder that fails later is an error, and never "no session"', () => {
  const key = 'secretkey'.padEnd(32, '0');
  const broken = () => {
    writeFileSync(join(files.folder, 'a-file'), '');
    return engineIn(join(files.folder, 'a-file'));
  };

  test.each<[string, (engine: FileEngine) => Promise<unknown>]>([
    ['load', (it) => it.load(key)],
    ['exists', (it) => it.exists(key)],
    ['create', (it) => it.create('{}')],
    ['save', (it) => it.save(key, '{}', 0)],
    ['cycle', (it) => it.cycle(key, '{}', 0)],
    ['delete', (it) => it.delete(key)],
    ['clearExpired', (it) => it.clearExpired({ batchSize: 10, now: 0, isExpired: () => true })],
  ])('%s, and the error names no session', async (_, act) => {
    const error: NodeJS.ErrnoException = await act(broken()).then(
      () => {
        throw new Error('it did not fail');
      },
      (thrown) => thrown,
    );
    expect(error.code).toBe('ENOTDIR');
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/sessionid[a-z0-9]/);
  });

  test('a folder that is gone is no logged-out visitor, but a SessionStoreError that names the folder', async () => {
    const store = files.store(['secret']);
    const { key: stored } = await store.create({});
    files.close();
    for (const act of [() => store.load(stored), () => store.exists(stored), () => store.create({})]) {
      const acting = act();
      await expect(acting).rejects.toThrow(SessionStoreError);
      await expect(acting).rejects.toMatchObject({ cause: { message: expect.stringContaining(files.folder) } });
    }
    mkdirSync(files.folder);
  });
});

test('files of Django that carry two names or an old date are read like others', async () => {
  const { key } = await engine.create('content');
  linkSync(pathOf(key), pathOf('linked'.padEnd(32, '0')));
  utimesSync(pathOf(key), 1_000_000_000.5, 1_000_000_000.5);
  expect(await engine.load(key)).toEqual({ payload: 'content', version: 'content', modifiedAt: 1_000_000_000_500 });
});
