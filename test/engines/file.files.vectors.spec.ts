import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { SECRET } from '../support/application.js';
import { FileStore } from '../support/file-store.js';
import { type Vector, vectors } from '../support/vectors.js';

const files = new FileStore();
beforeEach(() => files.wipe());
afterAll(() => files.close());

function put(name: string, content: string, mtime: number): void {
  const path = join(files.folder, name);
  writeFileSync(path, content, 'latin1');
  utimesSync(path, mtime, mtime);
}

interface Departure {
  instead: Record<string, unknown>;
  why: string;
}

const NOBODY = { data: {}, key: null, modified: false };
const damaged: Departure = { instead: NOBODY, why: 'a damaged file is no session' };
const expired: Departure = {
  instead: { ...NOBODY, files: ['sessionidyshvjy43yzquvvq8lkcluulmjagcr41w'] },
  why: 'an expired session is no session, and reading deletes nothing',
};

/** Design 6.4, and 6's last paragraph for the dates without an offset. */
const LEAVES_DJANGO: Record<string, Departure> = {
  'empty-file': damaged,
  'empty-file-old': damaged,
  'bad-signature': damaged,
  'bad-signature-old': { ...damaged, instead: expired.instead },
  'newline-at-end': damaged,
  'non-ascii-bytes': { ...damaged, instead: { ...NOBODY, error: undefined, log: ['Session data corrupted'] } },
  'age-fraction-under': {
    instead: {
      data: { foo: 'bar' },
      key: 'yshvjy43yzquvvq8lkcluulmjagcr41w',
      modified: false,
      files: expired.instead.files,
    },
    why: 'a session lives to the end of its last second, as with the other engines',
  },
  'age-equal': expired,
  'age-over': expired,
  'short-cookie-age': expired,
  'int-expiry-ignores-mtime': { instead: NOBODY, why: "a number of seconds counts from the file's date" },
  'int-expiry-negative': expired,
  'zero-expiry-uses-mtime': expired,
  'iso-expiry-past': expired,
  'iso-expiry-naive': {
    instead: { error: undefined, data: { foo: 'bar', _session_expiry: '2099-01-01T00:00:00' } },
    why: 'a date without an offset is local time of timeZone',
  },
  'naive-settings-old': { instead: NOBODY, why: 'two weeks are two weeks, also where clocks change' },
};

describe('one file, and what is read from it', () => {
  const title = ({ name }: Vector) => name + (LEAVES_DJANGO[name] ? `: ${LEAVES_DJANGO[name].why}` : '');

  test.each(vectors('files', 'file_load').map((vector) => ({ vector, title: title(vector) })))(
    '$title',
    async ({ vector: { name, in: given, out } }) => {
      files.clock.seconds = given.now;
      const cookieName = given.cookie_name ?? 'sessionid';
      if (given.content !== undefined) {
        put(cookieName + given.session_key, given.content, given.now - (given.age ?? 0));
      }
      const { cookie_age: cookieAge = 1_209_600, time_zone: timeZone = 'UTC' } = given;
      const store = files.store([SECRET], { cookieAge, timeZone }, { cookieName });
      const session = new Session<any>(store, given.session_key);
      await session.prefetch();
      expect({
        data: { ...session.data },
        key: session.sessionKey,
        modified: session.modified,
        files: files.names(),
        log: files.warnings,
        error: undefined,
      }).toEqual({
        ...out,
        log: out.log.map((line: string) => line.replace('WARNING django.security.SuspiciousSession: ', '')),
        ...LEAVES_DJANGO[name]?.instead,
      });
    },
  );
});

const CLEARS_MORE_OR_LESS: Record<string, { less: string[]; more: string[]; why: string }> = {
  mixed: {
    less: ['sessionidtwokkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk'],
    more: ['sessionidjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj_out_abc12345'],
    why: "another cookie's files stay, and what a crash left behind goes after an hour",
  },
};

describe('a folder, and what is left in it', () => {
  test.each(
    vectors('files', 'file_clear_expired').map((vector) => ({
      vector,
      title: [vector.name, CLEARS_MORE_OR_LESS[vector.name]?.why].filter(Boolean).join(': '),
    })),
  )('$title', async ({ vector: { name, in: given, out } }) => {
    files.clock.seconds = given.now;
    const codec = new SessionCodec([SECRET]);
    for (const file of given.files) {
      const content = file.payload ? codec.encode(JSON.stringify(file.payload), given.now * 1000) : file.content;
      put(file.name, content, given.now - file.age);
    }
    const { cookie_name: cookieName = 'sessionid' } = given;
    const store = files.store([SECRET], { cookieAge: given.cookie_age }, { cookieName });
    const { less = [], more = [] } = CLEARS_MORE_OR_LESS[name] ?? {};
    const left = [...out.left.filter((file: string) => !more.includes(file)), ...less].sort();
    expect(await store.clearExpired(1000)).toBe(given.files.length - left.length - more.length);
    expect(files.names()).toEqual(left);
  });
});
