import { beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { TestClock } from '../support/vectors.js';

const clock = new TestClock();
const value = (length = 1) => Buffer.alloc(length, 'v');
beforeEach(() => {
  clock.seconds = 1_700_000_000.75;
});
const inSeconds = (seconds: number) => (clock.seconds + seconds) * 1000;

describe('time', () => {
  test('an entry is there until its deadline, and not at it', async () => {
    const cache = new MemoryCache({ clock: clock.now });
    await cache.set('k', value(), inSeconds(10) + 0.5);
    clock.seconds += 10;
    expect(await cache.get('k')).not.toBeNull();
    clock.seconds += 0.0005;
    expect(await cache.get('k')).toBeNull();
  });

  test('an expired entry is nothing to add, replace, compare and move', async () => {
    const cache = new MemoryCache({ clock: clock.now });
    await cache.set('k', value(), inSeconds(1));
    const { version } = (await cache.get('k'))!;
    clock.seconds += 2;
    expect(await cache.replace('k', value(), inSeconds(1))).toBeNull();
    expect(await cache.compareAndSet('k', version, value(), inSeconds(1))).toBeNull();
    expect(await cache.move('k', 'l', value(), inSeconds(1))).toBe('gone');
    expect(await cache.add('k', value(), inSeconds(1))).not.toBeNull();
  });

  test('what expired and is met makes room', async () => {
    const cache = new MemoryCache({ clock: clock.now });
    await cache.set('k', value(1000), inSeconds(1));
    clock.seconds += 2;
    await cache.get('k');
    expect(cache).toMatchObject({ size: 0, bytes: 0 });
  });
});

describe('bounds', () => {
  test('the entry that was not used for the longest time goes first', async () => {
    const cache = new MemoryCache({ maxEntries: 3, clock: clock.now });
    for (const key of ['a', 'b', 'c']) await cache.set(key, value(), inSeconds(10));
    await cache.get('a');
    await cache.replace('b', value(), inSeconds(10));
    await cache.set('d', value(), inSeconds(10));
    expect(await cache.get('c')).toBeNull();
    for (const key of ['a', 'b', 'd']) expect(await cache.get(key)).not.toBeNull();
  });

  test('bytes are counted, and given back', async () => {
    const cache = new MemoryCache({ maxBytes: 10_000, clock: clock.now });
    for (let n = 0; n < 1000; n++) await cache.set(`k${n}`, value(1000), inSeconds(10));
    expect(cache.bytes).toBeLessThanOrEqual(10_000);
    expect(cache.size).toBe(8);
    for (let n = 0; n < 1000; n++) await cache.delete(`k${n}`);
    expect(cache).toMatchObject({ size: 0, bytes: 0 });
  });

  test('a smaller value in the place of a larger one gives the difference back', async () => {
    const cache = new MemoryCache({ clock: clock.now });
    await cache.set('k', value(5000), inSeconds(10));
    const before = cache.bytes;
    await cache.set('k', value(1000), inSeconds(10));
    expect(before - cache.bytes).toBe(4000);
  });

  test('a value that fits nowhere is refused, and what was there stays', async () => {
    const cache = new MemoryCache({ maxBytes: 1000, clock: clock.now });
    await cache.set('k', value(10), inSeconds(10));
    await expect(cache.set('k', value(2000), inSeconds(10))).rejects.toThrow(
      'A value of 2000 bytes does not fit into a memory cache of 1000.',
    );
    expect((await cache.get('k'))?.value).toHaveLength(10);
  });
});
