import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Visitor } from '../support/browserlike.js';
import type { Child } from '../support/runnable-library.js';
import { REDIS_URL, redisOrSkip } from '../support/services.js';
import type { ShopDescription } from './children/shops.js';
import { BuiltLibrary } from './support/built-library.js';
import { lostUpdatesTable, type Row } from './support/lost-updates-table.js';
import { type SharedStore, sharedStoresThatAnswer } from './support/shared-store.js';
import { tell } from './support/tell.js';

const WRITERS = 64;
const PROCESSES = 2;
/** A store in the next house: milliseconds. Nobody has written when the last one has read. */
const SLOWNESS = 5;
const TABLE = new URL('lost-updates.md', import.meta.url);

const kinds = await sharedStoresThatAnswer();
const concurrencies = ['merge', 'overwrite'] as const;
const peers = ['express-session', '@fastify/session'] as const;
const describePeers = await redisOrSkip();

/** Many requests at once, each with a key of its own for the one session, half of them to another process. */
describe(`${WRITERS} writers of one session in ${PROCESSES} processes`, () => {
  const stores: SharedStore[] = [];
  const kept: Row[] = [];
  let library: BuiltLibrary;
  let urls: Record<string, string>[];

  beforeAll(async () => {
    library = new BuiltLibrary(['test/concurrency/children', 'test/concurrency/support']);
    const shops = await describeShops();
    const children = Array.from({ length: PROCESSES }, () =>
      library.start('test/concurrency/children/shops.ts', shops),
    );
    urls = await Promise.all(children.map(addresses));
  }, 60_000);
  afterAll(async () => {
    await library?.close();
    await Promise.all(stores.map((store) => store.close()));
    await tell(TABLE, 'Lost updates', lostUpdatesTable(kept, WRITERS));
  });

  async function describeShops(): Promise<ShopDescription[]> {
    const shops: ShopDescription[] = [];
    for (const { name, open } of kinds) {
      const store = await open();
      stores.push(store);
      for (const concurrency of concurrencies) {
        const { description } = store;
        shops.push({
          name: `${name}, ${concurrency}`,
          library: 'ours',
          store: description,
          concurrency,
          slowness: SLOWNESS,
        });
      }
    }
    const prefix = `peers${randomBytes(6).toString('hex')}:`;
    const theirs = describePeers === describe.skip ? [] : peers;
    return [...shops, ...theirs.map((name) => ({ name, library: name, redis: REDIS_URL, prefix, slowness: SLOWNESS }))];
  }

  /** What is left of them all, and what they were answered. */
  async function write(sessions: string, concurrency: Row['concurrency']): Promise<Row & { statuses: number[] }> {
    const name = concurrency ? `${sessions}, ${concurrency}` : sessions;
    const visitor = new Visitor(urls[0]![name]!);
    await visitor.post('/add/first');
    const cookie = [...visitor.cookies].map(([key, value]) => `${key}=${value}`).join('; ');
    const answers = await Promise.all(
      Array.from({ length: WRITERS }, (_, n) =>
        fetch(`${urls[n % PROCESSES]![name]}/add/key${n}`, { method: 'POST', headers: { cookie } }),
      ),
    );
    const keys = (await (await visitor.get('/keys')).json()) as string[];
    const row: Row = {
      sessions,
      concurrency,
      kept: keys.filter((key) => key.startsWith('key')).length,
      tries: Math.max(...answers.map(({ headers }) => Number(headers.get('x-tries')))),
    };
    kept.push(row);
    return { ...row, statuses: [...new Set(answers.map(({ status }) => status))] };
  }

  test.each(kinds)(
    '$name: with merge nothing is lost',
    async ({ name }) => {
      expect(await write(name, 'merge')).toMatchObject({ kept: WRITERS, statuses: [201] });
    },
    30_000,
  );

  test.each(kinds)('$name: with overwrite the last writer wins, as in Django', async ({ name }) => {
    const { kept: left, statuses } = await write(name, 'overwrite');
    expect(statuses).toEqual([201]);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(WRITERS);
  });

  describePeers('others', () => {
    test.each(peers)('%s loses updates', async (name) => {
      const { kept: left, statuses } = await write(name, null);
      expect(statuses).toEqual([201]);
      expect(left).toBeLessThan(WRITERS);
    });
  });
});

async function addresses(child: Child): Promise<Record<string, string>> {
  const line = await child.says();
  if (line === null) throw new Error('a process of shops has ended');
  return JSON.parse(line) as Record<string, string>;
}
