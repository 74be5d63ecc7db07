import { linkSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ClearExpiredOptions, StoredSession } from '../../libs/sessions/src/core/session-engine.js';
import { FileStore } from '../support/file-store.js';

const NOW = 1_700_000_000;
const HOUR = 3600;

const files = new FileStore();
beforeEach(async () => {
  await files.wipe();
  files.clock.seconds = NOW;
});
afterAll(() => files.close());

const key = (letter: string) => letter.repeat(32);

function put(name: string, content = 'content', age = 0): void {
  writeFileSync(join(files.folder, name), content);
  utimesSync(join(files.folder, name), NOW - age, NOW - age);
}

function clear(isExpired: (stored: StoredSession) => boolean, others: Partial<ClearExpiredOptions> = {}) {
  return files.engine().clearExpired({ batchSize: 1000, now: NOW * 1000, isExpired, ...others });
}

describe('of very many files', () => {
  test('the expired ones go, with a few files open at a time', async () => {
    // A name costs less than a file, but a file may have some ten thousand names only.
    for (let n = 0; n < 20_000; n++) {
      const content = n % 10 === 0 ? 'dead' : 'live';
      if (n % 10_000 < 2) {
        rmSync(join(files.folder, content), { force: true });
        put(content, content);
      }
      linkSync(join(files.folder, content), join(files.folder, `sessionid${String(n).padStart(32, '0')}`));
    }
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    let mostOpen = 0;
    let asked = 0;
    const cleared = await clear(({ payload }) => {
      if (asked++ % 500 === 0) mostOpen = Math.max(mostOpen, open() - before);
      return payload === 'dead';
    });
    expect(cleared).toBe(2_000);
    expect(files.names()).toHaveLength(18_000 + 2);
    expect(mostOpen).toBeLessThan(50);
  }, 60_000);
});

describe('what stays', () => {
  test('the files of other cookies, in the same folder and with names that begin alike', async () => {
    const others = [
      `sessionidtwo${key('k')}`,
      `sessionid2${key('k')}`,
      `csrf${key('k')}`,
      'sessionid',
      'sessionidnotes.txt',
    ];
    for (const name of others) put(name, 'content', 10 * HOUR);
    put(`sessionid${key('m')}`);
    expect(await clear(() => true)).toBe(1);
    expect(files.names()).toEqual(others.sort());
  });

  test('a file that Django is about to fill', async () => {
    put(`sessionid${key('n')}`, '', HOUR - 1);
    put(`sessionid${key('o')}`, '', HOUR + 1);
    expect(await clear(() => true)).toBe(1);
    expect(files.names()).toEqual([`sessionid${key('n')}`]);
  });

  test.each([
    [60, 0],
    [0.5, 0],
    [true, 0],
    [0, 1],
    [-60, 1],
    ['2001-01-01T00:00:00+00:00', 1],
    [undefined, 1],
  ])('what Django would serve, by the expiry of its own: %j', async (expiry, cleared) => {
    put(`sessionid${key('p')}`);
    expect(await clear(() => true, { ownExpiry: () => expiry })).toBe(cleared);
  });

  test('a session that was saved after it was looked at', async () => {
    put(`sessionid${key('q')}`, 'old', 100);
    let looks = 0;
    const cleared = await clear(({ payload }) => {
      if (looks++ === 0) put(`sessionid${key('q')}`, 'new');
      return payload === 'old';
    });
    expect([cleared, looks]).toEqual([0, 2]);
    expect(files.content(`sessionid${key('q')}`)).toBe('new');
  });
});

describe('what crashes have left', () => {
  test.each([['_out_abc12345'], ['_lock'], ['_lock_1a2b-3c4d'], ['_lock_1a2b-3c4d_lock']])(
    '%s goes after an hour, and does not count',
    async (rest) => {
      put(`sessionid${key('r')}${rest}`, '', HOUR - 1);
      put(`sessionid${key('s')}${rest}`, '', HOUR + 1);
      expect(await clear(() => true)).toBe(0);
      expect(files.names()).toEqual([`sessionid${key('r')}${rest}`]);
    },
  );
});

test('a file that cannot be dealt with keeps no other from being cleared, and is told in the end', async () => {
  for (const letter of 'abcdefg') put(`sessionid${key(letter)}`);
  let asked = 0;
  const clearing = clear(() => {
    if (++asked === 3) throw new Error('cannot be dealt with');
    return true;
  });
  await expect(clearing).rejects.toThrow('cannot be dealt with');
  expect(files.names()).toHaveLength(1);
});

test('a folder that is gone is an error', async () => {
  files.close();
  await expect(clear(() => true)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(() => statSync(files.folder)).toThrow();
});
