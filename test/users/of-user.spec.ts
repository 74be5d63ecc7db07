import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { SessionsService } from 'nestjs-django-sessions';
import type { DataSource } from 'typeorm';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { type DatabaseKind, databasesThatAnswer, dropDatabase, openDatabase } from '../support/databases.js';
import { MEMCACHED, memcachedOrSkip, REDIS_URL, redisOrSkip } from '../support/services.js';
import { TestClock } from '../support/vectors.js';
import { addUserTables, type Choice, Device, startUsers } from './support.js';

/** A clock that goes with the servers' own. */
const clock = new TestClock(Math.floor(Date.now() / 1000));
const prefix = () => `users-${Math.random().toString(36).slice(2)}`;
const databases = new Map<DatabaseKind, DataSource>();
afterAll(async () => {
  for (const dataSource of databases.values()) await dropDatabase(dataSource);
});

async function database(kind: DatabaseKind): Promise<DataSource> {
  let dataSource = databases.get(kind);
  if (!dataSource) {
    dataSource = await openDatabase(kind);
    await addUserTables(dataSource);
    databases.set(kind, dataSource);
  }
  await dataSource.query('DELETE FROM django_session');
  await dataSource.query('DELETE FROM django_session_user');
  return dataSource;
}

const kinds = await databasesThatAnswer();
const STORES: [string, typeof describe.skip, () => Promise<Choice>][] = [
  ...kinds.map((kind): [string, typeof describe, () => Promise<Choice>] => [
    `db on ${kind}`,
    describe,
    async () => ({ engine: 'db', dataSource: await database(kind) }),
  ]),
  [
    'cached_db',
    describe,
    async () => ({
      engine: 'cached_db',
      dataSource: await database('SQLite'),
      caches: { default: { backend: new MemoryCache({ clock: clock.now }) } },
    }),
  ],
  [
    'cache in memory',
    describe,
    async () => ({ engine: 'cache', caches: { default: { backend: new MemoryCache({ clock: clock.now }) } } }),
  ],
  [
    'cache in Redis',
    await redisOrSkip(),
    async () => ({
      engine: 'cache',
      caches: { default: { backend: 'redis', location: REDIS_URL, keyPrefix: prefix() } },
    }),
  ],
  [
    'cache in Memcached',
    await memcachedOrSkip(),
    async () => ({
      engine: 'cache',
      caches: { default: { backend: 'memcached', location: MEMCACHED, keyPrefix: prefix() } },
    }),
  ],
];

for (const [name, describeIt, choose] of STORES) {
  describeIt(`sessions of a user: ${name}`, () => {
    let choice: Choice;
    let app: INestApplication;
    let second: INestApplication;
    const sessions = (of = app) => of.get(SessionsService);
    beforeEach(async () => {
      choice = await choose();
      app = await startUsers(choice, clock);
      second = await startUsers(choice, clock);
    });
    afterEach(async () => {
      await app.close();
      await second.close();
    });

    test('are listed with what is known of them, and without their keys', async () => {
      const laptop = await (await Device.at(app)).logIn('ann', 'Firefox on Linux');
      clock.seconds += 5;
      const phone = await (await Device.at(second)).logIn('ann', 'a telephone');
      await (await Device.at(app)).logIn('bob');
      const devices = await phone.devices();
      expect(devices).toEqual([
        {
          id: expect.stringMatching(/^[\w-]{22}$/),
          createdAt: new Date(clock.now()).toISOString(),
          lastSeenAt: new Date(clock.now()).toISOString(),
          label: 'a telephone',
          isCurrent: true,
        },
        {
          id: expect.stringMatching(/^[\w-]{22}$/),
          createdAt: new Date(clock.now() - 5000).toISOString(),
          lastSeenAt: new Date(clock.now() - 5000).toISOString(),
          label: 'Firefox on Linux',
          isCurrent: false,
        },
      ]);
      for (const device of [laptop, phone]) {
        expect(JSON.stringify(devices)).not.toContain(device.cookies.get('sessionid'));
      }
      clock.seconds += 5;
      await laptop.post('/write');
      expect((await phone.devices())[0]).toMatchObject({
        label: 'Firefox on Linux',
        lastSeenAt: new Date(clock.now()).toISOString(),
        createdAt: new Date(clock.now() - 10_000).toISOString(),
      });
    });

    test('one is ended, in another process, and it alone', async () => {
      const laptop = await (await Device.at(app)).logIn('ann', 'laptop');
      const phone = await (await Device.at(app)).logIn('ann', 'phone');
      const bob = await (await Device.at(app)).logIn('bob', 'laptop');
      const { id } = (await sessions(second).ofUser('ann').list()).find(({ label }) => label === 'laptop')!;
      expect(await sessions(second).ofUser('bob').end(id)).toBe(false);
      expect(await sessions(second).ofUser('ann').end(id)).toBe(true);
      expect(await sessions(second).ofUser('ann').end(id)).toBe(false);
      expect(await laptop.user()).toBeNull();
      expect(await phone.user()).toBe('ann');
      expect(await bob.user()).toBe('bob');
    });

    test('all others are ended', async () => {
      const [first, other, third] = [
        await (await Device.at(app)).logIn('ann'),
        await (await Device.at(second)).logIn('ann'),
        await (await Device.at(second)).logIn('ann'),
      ];
      expect(await (await other.post('/end-others')).json()).toEqual({ ended: 2 });
      expect([await first.user(), await other.user(), await third.user()]).toEqual([null, 'ann', null]);
      expect(await other.devices()).toHaveLength(1);
    });

    test('all are ended within one request, for good, on every process', async () => {
      const devices = [];
      for (const at of [app, second, app]) devices.push(await (await Device.at(at)).logIn('ann'));
      const copies = devices.map((device) => device.copy());
      expect(await sessions().ofUser('ann').endAll()).toBe(3);
      for (const device of [...devices, ...copies]) {
        await device.post('/write');
        expect(await device.user()).toBeNull();
      }
      expect(await sessions().ofUser('ann').list()).toEqual([]);
      expect(await sessions().ofUser('ann').endAll()).toBe(0);
    });

    test('a session that was logged out of, left, or taken over by another user is none of theirs', async () => {
      const [out, left, taken, kept] = [
        await (await Device.at(app)).logIn('ann'),
        await (await Device.at(app)).logIn('ann'),
        await (await Device.at(app)).logIn('ann'),
        await (await Device.at(app)).logIn('ann', 'kept'),
      ];
      await out.post('/logout');
      await left.post('/leave');
      await taken.logIn('bob');
      expect((await kept.devices()).map(({ label }) => label)).toEqual(['kept']);
      expect(await sessions().ofUser('bob').list()).toHaveLength(1);
      await sessions().ofUser('ann').endAll();
      expect(await taken.user()).toBe('bob');
    });

    // Servers that forget by a clock of their own cannot be shown a later day.
    if (!/Redis|Memcached/.test(name))
      test('expired ones are not there', async () => {
        await (await Device.at(app)).logIn('ann');
        const before = clock.seconds;
        clock.seconds += 1_209_601;
        expect(await sessions().ofUser('ann').list()).toEqual([]);
        clock.seconds = before;
      });

    test('a session that lives on for long stays known', async () => {
      const before = clock.seconds;
      const device = await (await Device.at(app)).logIn('ann');
      for (let week = 0; week < 6; week++) {
        clock.seconds += 604_800;
        await device.post('/write');
      }
      expect(await sessions().ofUser('ann').list()).toHaveLength(1);
      await sessions().clearExpired();
      expect(await sessions().ofUser('ann').list()).toHaveLength(1);
      await sessions().ofUser('ann').endAll();
      expect(await device.user()).toBeNull();
      clock.seconds = before;
    });

    test('many log in at once, and all are known', async () => {
      const devices = await Promise.all(
        Array.from({ length: 12 }, async (_, n) => (await Device.at(n % 2 ? app : second)).logIn('ann', `${n}`)),
      );
      expect(await devices[0]!.devices()).toHaveLength(12);
    });

    test('a session that knows nothing of us, as Django makes it, is known when it is first seen', async () => {
      const plain = await startUsers({ ...choice, userSessions: false }, clock);
      const device = await (await Device.at(plain)).logIn('ann');
      expect(await sessions().ofUser('ann').list()).toEqual([]);
      const here = device.copy();
      Object.assign(here, { url: await app.getUrl() });
      expect(await here.user()).toBe('ann');
      expect(await sessions().ofUser('ann').list()).toMatchObject([{ createdAt: null, lastSeenAt: null, label: null }]);
      await sessions(second).ofUser('ann').endAll();
      expect(await device.user()).toBeNull();
      await plain.close();
    });

    test('odd ids are told apart', async () => {
      const ids = ['Ann', 'ann', 'änn', 'ann ', "o'neill", '1', 'x'.repeat(255), '__proto__'];
      for (const id of ids) await (await Device.at(app)).logIn(id, id);
      for (const id of ids) {
        expect((await sessions().ofUser(id).list()).map(({ label }) => label)).toEqual([id]);
      }
      expect(await sessions().ofUser(1).list()).toHaveLength(1);
      expect(await sessions().ofUser('nobody').list()).toEqual([]);
    });

    test('at most so many at once: a further log-in ends the oldest', async () => {
      const limited = await startUsers({ ...choice, userSessions: { limit: 2 } }, clock);
      const devices = [];
      for (let n = 0; n < 4; n++) {
        clock.seconds += 1;
        devices.push(await (await Device.at(limited)).logIn('ann'));
        await devices[0]!.post('/write');
      }
      expect(await Promise.all(devices.map((device) => device.user()))).toEqual([null, null, 'ann', 'ann']);
      await limited.close();
    });
  });
}
