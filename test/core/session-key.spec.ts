import { describe, expect, test } from '@jest/globals';
import { SessionCreateError } from '../../libs/sessions/src/core/errors.js';
import {
  claimSessionKey,
  isLongEnough,
  isSessionKey,
  newSessionKey,
} from '../../libs/sessions/src/core/session-key.js';

describe('session keys', () => {
  test('are 32 characters of a-z0-9, all different', () => {
    const keys = Array.from({ length: 5000 }, () => newSessionKey());
    expect(keys.every((key) => /^[a-z0-9]{32}$/.test(key))).toBe(true);
    expect(new Set(keys).size).toBe(5000);
  });

  test('favour no character', () => {
    const counts = new Map<string, number>();
    for (let n = 0; n < 20_000; n++) for (const char of newSessionKey()) counts.set(char, (counts.get(char) ?? 0) + 1);
    const expected = (20_000 * 32) / 36;
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(counts.size).toBe(36);
    // 35 degrees of freedom: an unbiased generator is above 100 less than once in ten million runs;
    // taking 256 values modulo 36 gives several thousand.
    expect(chiSquared).toBeLessThan(100);
  });

  test.each([
    ['1234567', false],
    ['12345678', true],
    ['', false],
    [null, false],
    // Four characters, as Python counts, in eight code units.
    ['😀😀😀😀', false],
    ['😀😀😀😀😀😀😀😀', true],
  ])('%p is long enough: %p', (key, expected) => {
    expect(isLongEnough(key)).toBe(expected);
  });

  test.each([
    'ABCDEFGHIJ',
    '../../etc/passwd',
    'abcdefgh\n',
    'abcdefgh\0',
    'abcdefghé',
    'ａｂｃｄｅｆｇｈ',
    'abcdefg h',
    'a'.repeat(41),
    'short',
  ])('%j is never asked for', (key) => {
    expect(isSessionKey(key)).toBe(false);
  });

  test('a taken key is drawn again', async () => {
    const drawn = ['taken', 'free'];
    expect(
      await claimSessionKey(
        async (key) => key === 'free',
        () => drawn.shift()!,
      ),
    ).toBe('free');
  });

  test('a store that takes no key is an error, not an endless loop', async () => {
    await expect(claimSessionKey(async () => false)).rejects.toThrow(SessionCreateError);
  });
});
