import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FileEngine } from '../../libs/sessions/src/engines/file/file-engine.js';
import { noteSkipped } from '../support/skipped.js';

const folder = mkdtempSync(join(tmpdir(), 'small-disk-'));

/** A disk of 64 KB. Whoever runs the tests must be allowed to mount one. */
function mountSmallDisk(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder], { stdio: 'ignore' });
    return true;
  } catch {
    noteSkipped('file engine on a full disk: skipped, as it takes the right to mount a small disk.');
    return false;
  }
}

const isMounted = mountSmallDisk();
afterAll(() => {
  if (isMounted) execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
});

const engine = new FileEngine({ folder });

(isMounted ? describe : describe.skip)('a full disk', () => {
  let key: string;
  beforeEach(async () => {
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    ({ key } = await engine.create('the old content'));
    fill();
  });

  function fill(): void {
    for (let n = 0; ; n++) {
      try {
        writeFileSync(join(folder, `filler${n}`), Buffer.alloc(4096, 'x'));
      } catch {
        return;
      }
    }
  }
  const sessions = () => readdirSync(folder).filter((name) => !name.startsWith('filler'));

  test.each<[string, () => Promise<unknown>]>([
    ['save', () => engine.save(key, 'y'.repeat(5000), 0)],
    ['cycle', () => engine.cycle(key, 'y'.repeat(5000), 0)],
    ['create', () => engine.create('y'.repeat(5000))],
  ])('%s rejects, the old content stays, and nothing is left lying about', async (_, write) => {
    await expect(write()).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(sessions()).toEqual([`sessionid${key}`]);
    expect(readFileSync(join(folder, `sessionid${key}`), 'utf8')).toBe('the old content');
    expect(await engine.load(key)).toMatchObject({ payload: 'the old content' });
  });

  test('still lets visitors log out, and works again once there is room', async () => {
    await engine.delete(key);
    expect(sessions()).toEqual([]);
    rmSync(join(folder, 'filler0'));
    const again = await engine.create('new');
    expect(await engine.load(again.key)).toMatchObject({ payload: 'new' });
  });
});

(isMounted ? test : test.skip)('a disk that may only be read is told at start-up, and rejects writes', async () => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  const { key } = await engine.create('content');
  execFileSync('mount', ['-o', 'remount,ro', folder]);
  await expect(engine.onModuleInit()).rejects.toThrow(
    `filePath must be a folder that sessions can be written to, got ${JSON.stringify(folder)}, which cannot be written to (EROFS)`,
  );
  await expect(engine.save(key, 'other', 0)).rejects.toMatchObject({ code: 'EROFS' });
  await expect(engine.delete(key)).rejects.toMatchObject({ code: 'EROFS' });
  expect(await engine.load(key)).toMatchObject({ payload: 'content' });
  execFileSync('mount', ['-o', 'remount,rw', folder]);
});
