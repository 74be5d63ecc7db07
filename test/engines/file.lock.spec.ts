import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { whileLocked } from '../../libs/sessions/src/engines/file/file-lock.js';

const folder = mkdtempSync(join(tmpdir(), 'locks-'));
const path = join(folder, 'file');
const lock = `${path}_lock`;
beforeEach(() => rmSync(lock, { force: true }));
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Lets this much time go by, as far as the holder of a lock can tell. */
function letPass(milliseconds: number): void {
  const { now } = performance;
  jest.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + milliseconds);
}

test('one after the other, in the order they came', async () => {
  const order: number[] = [];
  await Promise.all(
    [1, 2, 3, 4].map((n) =>
      whileLocked(path, async () => {
        order.push(n);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(n);
      }),
    ),
  );
  expect(order).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  expect(readdirSync(folder)).toEqual([]);
});

test('the lock is given back when the work fails, and the failure is told', async () => {
  const failing = whileLocked(path, async () => {
    throw new Error('work failed');
  });
  await expect(failing).rejects.toThrow('work failed');
  expect(await whileLocked(path, async () => 'next')).toBe('next');
});

test('a lock that stays as it is for its whole lease is taken over', async () => {
  writeFileSync(lock, '');
  const waiting = whileLocked(path, async () => 'mine', { lease: 60_000, patience: 600_000 });
  // By now it has begun to look at the lock.
  await new Promise((resolve) => setImmediate(resolve));
  letPass(61_000);
  expect(await waiting).toBe('mine');
  expect(readdirSync(folder)).toEqual([]);
});

test('whoever cannot have it gives up, and names no file', async () => {
  writeFileSync(lock, '');
  const waiting = whileLocked(path, async () => 'mine', { lease: 10_000, patience: 20 });
  await expect(waiting).rejects.toThrow(/^The lock on a session file is not given back\.$/);
  expect(existsSync(lock)).toBe(true);
});

test('who held it for too long may change nothing any more, and does not take it from the next', async () => {
  const tooLong = whileLocked(path, async (assertHeld) => {
    assertHeld();
    letPass(6_000);
    rmSync(lock);
    writeFileSync(lock, 'of another');
    assertHeld();
  });
  await expect(tooLong).rejects.toThrow('held for too long');
  expect(existsSync(lock)).toBe(true);
});
