import { afterEach, describe, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { SessionsService } from 'nestjs-django-sessions';
import type { DataSource } from 'typeorm';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { dropDatabase, openDatabase } from '../support/databases.js';
import { TestClock } from '../support/vectors.js';
import { addUserTables, type Choice, Device, startUsers } from './support.js';

const clock = new TestClock(1_800_000_000);
let dataSource: DataSource | undefined;
let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  if (dataSource) await dropDatabase(dataSource);
  dataSource = app = undefined;
});

describe('userSessions at start-up', () => {
  const refusals: [string, Choice, RegExp][] = [
    ['the engine file', { engine: 'file' }, /userSessions needs an engine that can tell whose sessions there are/],
    [
      'a limit on cookies',
      { engine: 'signed_cookies', userSessions: { limit: 3 } },
      /userSessions.limit needs sessions that are kept on the server/,
    ],
    ['a limit of nothing', { userSessions: { limit: 0 } }, /userSessions.limit must be a whole number above 0, got 0/],
    ['a member that is none', { userSessions: { max: 3 } as never }, /userSessions has no member max/],
    ['a text', { userSessions: 'yes' as never }, /userSessions must be true, false, or/],
    [
      'a user that is no function',
      { userSessions: { userOf: 'id' as never } },
      /userSessions.userOf must be a function/,
    ],
    ['an unknown place', { userSessions: { revocations: 'file' as never } }, /must be "cache" or "db", got "file"/],
  ];
  test.each(refusals)('%s is refused', async (_, choice, message) => {
    await expect(startUsers({ engine: 'cache', ...choice }, clock)).rejects.toThrow(message);
  });

  test.each([
    ['db', { engine: 'db' }, /needs the table django_session_user: add the migration CreateUserSessions1700000000001/],
    [
      'signed_cookies',
      { engine: 'signed_cookies', userSessions: { revocations: 'db' } },
      /needs the table django_session_revocation: add the migration/,
    ],
  ] as [string, Choice, RegExp][])('a table that is not there is told: %s', async (_, choice, message) => {
    dataSource = await openDatabase('SQLite');
    await expect(startUsers({ dataSource, ...choice }, clock)).rejects.toThrow(message);
  });

  test('without the option, ofUser says what to do', async () => {
    app = await startUsers({ engine: 'cache', userSessions: false }, clock);
    expect(() => app!.get(SessionsService).ofUser('ann')).toThrow('set the option userSessions');
  });
});

test('userOf tells whose session it is, and named modules have users of their own', async () => {
  const backend = new MemoryCache({ clock: clock.now });
  const userOf = (data: Record<string, unknown>) =>
    (data['_auth_user_id'] as string | undefined)?.toLowerCase() ?? null;
  app = await startUsers({ engine: 'cache', caches: { default: { backend } }, userSessions: { userOf } }, clock);
  await (await Device.at(app)).logIn('Ann');
  expect(await app.get(SessionsService).ofUser('ann').list()).toHaveLength(1);
});

test('a passport user is a user', async () => {
  app = await startUsers({ engine: 'cache' }, clock);
  const sessions = app.get(SessionsService);
  const session = await sessions.open<Record<string, unknown>>();
  session.set('passport', { user: 7 });
  await session.save();
  expect(await sessions.ofUser(7).list()).toHaveLength(1);
});

test('indexSessions finds the sessions that nobody has seen yet', async () => {
  dataSource = await openDatabase('SQLite');
  await addUserTables(dataSource);
  const plain = await startUsers({ engine: 'db', dataSource, userSessions: false }, clock);
  for (let n = 0; n < 7; n++) await (await Device.at(plain)).logIn(n % 2 ? 'ann' : 'bob');
  const expired = await plain.get(SessionsService).open();
  expired.setExpiry(-10);
  await expired.save();
  await plain.close();
  app = await startUsers({ engine: 'db', dataSource, clearSessions: { batchSize: 3 } }, clock);
  const sessions = app.get(SessionsService);
  expect(await sessions.ofUser('ann').list()).toEqual([]);
  expect(await sessions.indexSessions()).toBe(7);
  expect(await sessions.ofUser('ann').list()).toHaveLength(3);
  expect(await sessions.ofUser('bob').list()).toHaveLength(4);
});

test('what has expired is cleared beside the sessions', async () => {
  dataSource = await openDatabase('SQLite');
  await addUserTables(dataSource);
  app = await startUsers({ engine: 'db', dataSource }, clock);
  await (await Device.at(app)).logIn('ann');
  const count = async () => Number((await dataSource!.query('SELECT COUNT(*) AS n FROM django_session_user'))[0].n);
  expect(await count()).toBe(1);
  clock.seconds += 1_209_600 * 2;
  await app.get(SessionsService).clearExpired();
  expect(await count()).toBe(0);
});

test('a log-in costs one statement more, and nothing else does', async () => {
  dataSource = await openDatabase('SQLite');
  await addUserTables(dataSource);
  app = await startUsers({ engine: 'db', dataSource }, clock);
  const device = await (await Device.at(app)).logIn('ann');
  let statements = 0;
  const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (...args) => {
    statements++;
    return createQueryRunner(...args);
  };
  const counted = async (path: string, init?: RequestInit) => {
    statements = 0;
    await device.get(path, init);
    return statements;
  };
  expect(await counted('/me')).toBe(1);
  expect(await counted('/write', { method: 'POST' })).toBe(2);
  statements = 0;
  await device.logIn('ann');
  expect(statements).toBe(3);
});
