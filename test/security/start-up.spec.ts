import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { SessionsModule } from 'nestjs-django-sessions';
import { Session } from '../../libs/sessions/src/core/session.js';
import { SECRET } from '../support/application.js';
import { CacheStore } from '../support/cache-store.js';

const start = (options: object) =>
  Test.createTestingModule({
    imports: [SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, engine: 'cache', ...options })],
  }).compile();

/** What is no whole number of seconds, though some would read one out of it. */
const NO_AGES: unknown[] = [
  'two weeks',
  '2w',
  '1 hour',
  '3600',
  '3600000ms',
  '',
  NaN,
  Infinity,
  -Infinity,
  -1,
  1.5,
  2 ** 53,
  3600n,
  null,
  true,
  [],
  [3600],
  {},
  { hours: 1 },
  new Date(),
];

describe('lengths of time', () => {
  test('@fastify/jwt CVE-2026-107275: a length of time that cannot be read ends the start, and nothing lives for ever', async () => {
    for (const age of NO_AGES) {
      await expect(start({ cookieAge: age })).rejects.toMatchObject({ code: 'SESSIONS_OPTIONS' });
      // Null is a value there: no end.
      if (age === null) continue;
      await expect(start({ absoluteAge: age })).rejects.toMatchObject({ code: 'SESSIONS_OPTIONS' });
      await expect(start({ touchEvery: age })).rejects.toMatchObject({ code: 'SESSIONS_OPTIONS' });
      await expect(start({ preset: age })).rejects.toMatchObject({ code: 'SESSIONS_OPTIONS' });
    }
    const fine = await start({ cookieAge: 3600, absoluteAge: 7200 });
    await fine.close();
  });

  test('nor can a session be given one', async () => {
    const store = new CacheStore();
    store.clock.seconds = 1_700_000_000;
    const session = new Session<any>(store.store([]));
    session.set('a', 1);
    const before = session.getExpiryAge();
    for (const expiry of [
      'two weeks',
      '3600',
      '',
      NaN,
      Infinity,
      3600n,
      true,
      [],
      [3600],
      {},
      { hours: '1' },
      { hours: NaN },
      { fortnights: 1 },
      new Date(NaN),
      undefined,
    ] as never[]) {
      expect(() => session.setExpiry(expiry)).toThrow(expect.objectContaining({ code: 'SESSION_VALUE' }));
      expect(session.getExpiryAge()).toBe(before);
    }
  });

  test('nor one beyond the dates that the stores can hold', async () => {
    const store = new CacheStore();
    store.clock.seconds = 1_700_000_000;
    const session = new Session<any>(store.store([]));
    for (const expiry of [3e11, 1e13, 1e300, -1e13, { days: 1e12 }, { weeks: -1e12 }, new Date(8.64e15)]) {
      expect(() => session.setExpiry(expiry)).toThrow(expect.objectContaining({ code: 'SESSION_VALUE' }));
    }
  });
});

describe('what is installed', () => {
  const read = (path: string) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
  const manifest = read('libs/sessions/package.json') as Record<string, Record<string, string>>;
  const { packages } = read('package-lock.json') as {
    packages: Record<string, { dependencies?: object; integrity?: string; hasInstallScript?: boolean; link?: boolean }>;
  };

  /** Everything that is installed with the library, whatever the application has. */
  function installed(): string[] {
    const found = new Set<string>();
    const visit = (name: string) => {
      if (found.has(name)) return;
      found.add(name);
      for (const next of Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {})) visit(next);
    };
    for (const name of Object.keys(manifest['dependencies']!)) visit(name);
    return [...found].sort();
  }

  test('keyv MAL-2026-11524: the library brings a handful of packages, keyv is none of them, and nothing runs at installing', () => {
    expect(Object.keys(manifest['dependencies']!).sort()).toEqual(['class-validator', 'cron']);
    expect(installed()).toEqual([
      '@types/luxon',
      '@types/validator',
      'class-validator',
      'cron',
      'libphonenumber-js',
      'luxon',
      'validator',
    ]);
    for (const name of installed()) expect(packages[`node_modules/${name}`]!.hasInstallScript).toBeUndefined();
    const scripts = Object.keys(manifest['scripts']!);
    for (const hook of ['preinstall', 'install', 'postinstall', 'prepare']) expect(scripts).not.toContain(hook);
  });

  test('the lock file says of every package what its content must be', () => {
    const unknown = Object.entries(packages).filter(
      ([path, { integrity, link }]) => path.includes('node_modules/') && !link && !integrity,
    );
    expect(unknown.map(([path]) => path)).toEqual([]);
  });
});
