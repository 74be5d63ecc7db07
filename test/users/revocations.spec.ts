import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { SessionsService } from 'nestjs-django-sessions';
import type { DataSource } from 'typeorm';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { type DatabaseKind, databasesThatAnswer, dropDatabase, openDatabase } from '../support/databases.js';
import { REDIS_URL, redisOrSkip } from '../support/services.js';
import { TestClock } from '../support/vectors.js';
import { addUserTables, type Choice, Device, startUsers } from './support.js';

const clock = new TestClock(Math.floor(Date.now() / 1000));
const databases: DataSource[] = [];
afterAll(async () => {
  for (const dataSource of databases) await dropDatabase(dataSource);
});

const inDatabase = (kind: DatabaseKind) => async (): Promise<Choice> => {
  const dataSource = await openDatabase(kind);
  await addUserTables(dataSource);
  databases.push(dataSource);
  return { dataSource, userSessions: { revocations: 'db' } };
};

const PLACES: [string, typeof describe.skip, () => Promise<Choice>][] = [
  [
    'a cache in memory',
    describe,
    async () => ({ caches: { default: { backend: new MemoryCache({ clock: clock.now }) } } }),
  ],
  [
    'Redis',
    await redisOrSkip(),
    async () => ({
      caches: { default: { backend: 'redis', location: REDIS_URL, keyPrefix: `r-${Math.random()}` } },
    }),
  ],
  ...(await databasesThatAnswer()).map((kind): [string, typeof describe, () => Promise<Choice>] => [
    `a table on ${kind}`,
    describe,
    inDatabase(kind),
  ]),
];

for (const engine of ['signed_cookies', 'encrypted_cookies']) {
  for (const [name, describeIt, choose] of PLACES) {
    describeIt(`${engine}, revoked in ${name}`, () => {
      let app: INestApplication;
      let second: INestApplication;
      let choice: Choice;
      beforeEach(async () => {
        choice = { engine, ...(await choose()) };
        app = await startUsers(choice, clock);
        second = await startUsers(choice, clock);
        clock.seconds += 1;
      });
      afterEach(async () => {
        await app.close();
        await second.close();
      });
      const elsewhere = async (device: Device) => Object.assign(device.copy(), { url: await second.getUrl() });

      test('a cookie that was copied before the log-out counts no more', async () => {
        const device = await (await Device.at(app)).logIn('ann');
        const other = await (await Device.at(app)).logIn('ann');
        const thief = await elsewhere(device);
        expect(await thief.user()).toBe('ann');
        await device.post('/logout');
        expect(await thief.user()).toBeNull();
        await thief.post('/write');
        expect(await thief.user()).toBeNull();
        // It is one log-out, of one device.
        expect(await other.user()).toBe('ann');
      });

      test('what was copied earlier in the session is refused as well', async () => {
        const device = await (await Device.at(app)).logIn('ann');
        const early = await elsewhere(device);
        clock.seconds += 60;
        await device.post('/write');
        await device.post('/logout');
        expect(await early.user()).toBeNull();
      });

      test('a cookie from before the last log-in is dead, as a key would be', async () => {
        const device = await (await Device.at(app)).logIn('ann');
        const early = await elsewhere(device);
        await device.logIn('ann');
        expect(await early.user()).toBeNull();
        expect(await device.user()).toBe('ann');
      });

      test('all sessions of a user end at once, and a new log-in counts', async () => {
        const devices = [await (await Device.at(app)).logIn('ann'), await (await Device.at(second)).logIn('ann')];
        const bob = await (await Device.at(app)).logIn('bob');
        clock.seconds += 1;
        expect(await app.get(SessionsService).ofUser('ann').endAll()).toBeNull();
        for (const device of devices) expect(await device.user()).toBeNull();
        expect(await bob.user()).toBe('bob');
        clock.seconds += 1;
        await devices[0]!.logIn('ann');
        expect(await devices[0]!.user()).toBe('ann');
      });

      test('cookies from before there were revocations are of the user, too', async () => {
        const plain = await startUsers({ ...choice, userSessions: false }, clock);
        const device = await (await Device.at(plain)).logIn('ann');
        const here = await elsewhere(device);
        expect(await here.user()).toBe('ann');
        clock.seconds += 1;
        await app.get(SessionsService).ofUser('ann').endAll();
        expect(await here.user()).toBeNull();
        await plain.close();
      });

      test('nobody can be listed, and it is said', async () => {
        await expect(app.get(SessionsService).ofUser('ann').list()).rejects.toThrow(
          'sessions that travel in cookies cannot be listed',
        );
      });

      test('a visitor without a user asks nothing', async () => {
        const device = await Device.at(app);
        await device.post('/write');
        expect(await device.user()).toBeNull();
        expect(device.cookies.size).toBe(1);
      });
    });
  }
}

describe('revocations that cannot be asked', () => {
  test('let nobody in, and nobody become anonymous', async () => {
    const cache = new MemoryCache({ clock: clock.now });
    const app = await startUsers({ engine: 'signed_cookies', caches: { default: { backend: cache } } }, clock);
    const device = await (await Device.at(app)).logIn('ann');
    cache.get = () => Promise.reject(new Error('away'));
    const response = await device.get('/me');
    expect(response.status).toBe(503);
    expect(response.headers.getSetCookie()).toEqual([]);
    await app.close();
  });
});
