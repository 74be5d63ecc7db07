import { readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { FileEngine } from '../../libs/sessions/src/engines/file/file-engine.js';
import { FileStore } from '../support/file-store.js';
import { RunnableLibrary } from '../support/runnable-library.js';

const library = new RunnableLibrary();
const files = new FileStore();
beforeEach(() => files.wipe());
afterAll(() => {
  library.close();
  files.close();
});

const engine = new FileEngine({ folder: files.folder });
const pathOf = (key: string) => join(files.folder, `sessionid${key}`);

test('two processes write one session at the same time, and no key is lost', async () => {
  const store = files.store(['secret'], {}, { newKey: () => 'shared'.padEnd(32, '0') });
  files.clock.seconds = Date.now() / 1000;
  const { key } = await store.create({});
  const children = ['a', 'b', 'c'].map((name) => library.start('merge.mjs', files.folder, key, name, '40'));
  expect(await Promise.all(children.map(({ exit }) => exit))).toEqual([0, 0, 0]);
  expect(Object.keys((await store.load(key))!.data)).toHaveLength(120);
  expect(files.names()).toEqual([`sessionid${key}`]);
});

test('a reader never sees half of what a writer writes', async () => {
  const { key } = await engine.create('whole.');
  const writer = library.start('write.mjs', files.folder, key);
  const seen = new Set<number>();
  while ((await writer.says()) !== '60') {
    const stored = await engine.load(key);
    expect(stored?.payload.at(-1)).toBe('.');
    seen.add(stored!.payload.length);
  }
  expect(seen.size).toBeGreaterThan(1);
  await engine.delete(key);
  while ((await writer.says()) !== null) expect(await engine.load(key)).toBeNull();
  expect(await writer.exit).toBe(0);
  expect(files.names()).toEqual([]);
});

test('kill -9 of a writer, at any moment, leaves the session whole and others able to write', async () => {
  const { key } = await engine.create('whole.');
  for (let round = 0; round < 8; round++) {
    const writer = library.start('write.mjs', files.folder, key);
    for (let line = 0; line <= round; line++) await writer.says();
    await writer.kill();
    expect((await engine.load(key))?.payload).toMatch(/^(\d)\1+\.$/);
    // Should it have died with the lock: a minute later that would have lost its holder by its date.
    agedBy(120);
    expect(await engine.save(key, 'mine.', 0)).not.toBeNull();
    expect((await engine.load(key))?.payload).toBe('mine.');
  }
});

test('kill -9 of the holder of a lock keeps nobody from writing', async () => {
  const { key } = await engine.create('old');
  const holder = library.start('hold.mjs', pathOf(key));
  expect(await holder.says()).toBe('held');
  await holder.kill();
  expect(files.names()).toContain(`sessionid${key}_lock`);
  agedBy(120);
  expect(await engine.save(key, 'new', 0)).toEqual({ key, version: 'new' });
  expect(files.names()).toEqual([`sessionid${key}`]);
});

test('a lock keeps processes apart, also while its holders die and others take it from them', async () => {
  const path = join(files.folder, 'number');
  writeFileSync(path, '0');
  const children = Array.from({ length: 4 }, () => library.start('count.mjs', path, '100'));
  expect(await Promise.all(children.map(({ exit }) => exit))).toEqual([0, 0, 0, 0]);
  expect(readFileSync(path, 'utf8')).toBe('400');
});

/** Turns back the dates of all locks, which are by the real clock. */
function agedBy(seconds: number): void {
  for (const name of readdirSync(files.folder).filter((file) => file.includes('_lock'))) {
    const then = Date.now() / 1000 - seconds;
    utimesSync(join(files.folder, name), then, then);
  }
}
