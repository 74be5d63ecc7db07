import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Cluster } from 'ioredis';
import { SessionsService } from 'nestjs-django-sessions';
import { expectUnavailable } from '../faults/support/expectations.js';
import { LONGEST, Shop } from '../faults/support/shop.js';
import { WitnessLogger } from '../faults/support/witnesses.js';
import type { Visitor } from '../support/browserlike.js';
import { programOrSkip } from '../support/own-server.js';
import { eventually, RedisCluster } from './support/redis-cluster.js';

/** Enough that every server has some. */
const VISITORS = 60;
/** As the cache calls the entry of a session. */
const entryOf = (key: string) => `:1:django.contrib.sessions.cache${key}`;
const keyOf = (visitor: Visitor) => visitor.cookies.get('sessionid')!;

programOrSkip('redis-server')('sessions in a cache on a Redis Cluster', () => {
  const logger = new WitnessLogger();
  let servers: RedisCluster;
  let client: Cluster;
  let shop: Shop;
  beforeAll(async () => {
    logger.begin();
    servers = await RedisCluster.start();
    client = servers.client();
    shop = await Shop.open(
      { options: { engine: 'cache', caches: { default: { backend: 'redis', location: client } } } },
      logger,
    );
  }, 60_000);
  afterAll(async () => {
    await shop?.app.close();
    client?.disconnect();
    await servers?.remove();
    logger.end();
  });
  afterEach(() => {
    for (const line of logger.lines.splice(0)) expect(line).not.toMatch(/\b[a-z0-9]{32}\b/);
  });

  const known = () => Promise.all(Array.from({ length: VISITORS }, () => shop.known()));
  const askAll = (visitors: Visitor[], what: string) => Promise.all(visitors.map((one) => shop.ask(one, what)));

  test('a change of keys works wherever the new key belongs', async () => {
    const visitors = await known();
    const before = visitors.map(keyOf);
    for (const { status } of await askAll(visitors, 'POST /login')) expect(status).toBe(200);
    for (const [index, visitor] of visitors.entries()) {
      expect(keyOf(visitor)).not.toBe(before[index]);
      expect(await shop.dataOf(visitor)).toEqual({ visits: 1, user: 'ann' });
      expect(await client.exists(entryOf(before[index]!))).toBe(0);
    }
  });

  test('it survives the loss of a primary: a 503 until another has taken its place, and nothing is lost', async () => {
    const visitors = await known();
    const [first] = visitors;
    const sessions = shop.app.get(SessionsService);
    const [one, another] = [await sessions.open(keyOf(first!)), await sessions.open(keyOf(first!))];
    await servers.replicated();

    const lost = await servers.losePrimaryOf(entryOf(keyOf(first!)));
    const begun = Date.now();
    let refusals = 0;
    await eventually(async () => {
      const answers = await askAll(visitors, 'GET /read');
      const refused = answers.filter(({ status }) => status !== 200);
      expectUnavailable(refused);
      for (const { status, body, cookies } of answers) {
        if (status === 200) expect({ body, cookies }).toEqual({ body: { visits: 1 }, cookies: [] });
      }
      refusals += refused.length;
      return refused.length === 0;
    });
    expect(Date.now() - begun).toBeLessThan(15_000);
    expect(refusals).toBeGreaterThan(0);

    // Two requests that loaded the session from the lost server, and change it on the other.
    one.set('a', 1);
    another.set('b', 2);
    await Promise.all([one.save(), another.save()]);
    expect(await shop.dataOf(first!)).toEqual({ visits: 1, a: 1, b: 2 });

    for (const { status, body } of await askAll(visitors, 'POST /write')) {
      expect({ status, visits: body.visits }).toEqual({ status: 200, visits: 2 });
    }
    for (const { status } of await askAll(visitors, 'POST /login')) expect(status).toBe(200);
    for (const visitor of visitors) expect(await shop.dataOf(visitor)).toMatchObject({ visits: 2, user: 'ann' });

    // What was lost comes back, as a replica.
    await lost.server.start();
    await servers.settled();
    for (const visitor of visitors) expect(await shop.dataOf(visitor)).toMatchObject({ visits: 2, user: 'ann' });
  }, 60_000);

  test('all of it hangs: a 503 in time, and it goes on by itself', async () => {
    const visitors = await known();
    servers.freeze();
    expectUnavailable(await askAll(visitors.slice(0, 10), 'GET /read'));
    expectUnavailable(await askAll(visitors.slice(10, 20), 'POST /write'));
    servers.thaw();
    await eventually(async () => (await askAll(visitors, 'GET /read')).every(({ status }) => status === 200));
    for (const visitor of visitors) expect(await shop.dataOf(visitor)).toEqual({ visits: 1 });
  }, 60_000);

  test('all of it is gone: a 503 in time, also once the client has given up on every server', async () => {
    const visitors = await known();
    await servers.stop();
    for (let round = 0; round < 2; round++) expectUnavailable(await askAll(visitors.slice(0, 5), 'GET /read'));
    const begun = Date.now();
    await shop.app.close();
    expect(Date.now() - begun).toBeLessThan(LONGEST);
  }, 60_000);
});
