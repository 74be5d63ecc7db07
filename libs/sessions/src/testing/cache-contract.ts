import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Cache } from '../cache/cache.js';
import type { ContractCase } from './contract-case.js';

const HOUR = 3_600_000;
const VALUES: Record<string, Buffer> = {
  'no bytes': Buffer.alloc(0),
  'every byte': Buffer.from(Array.from({ length: 256 }, (_, n) => n)),
  'line breaks': Buffer.from('\r\nEND\r\n\r\nHD\r\n'),
  'a hundred thousand bytes': Buffer.alloc(100_000, 'ab'),
  digits: Buffer.from('12345'),
};

/**
 * What every cache must do. Run it on your own; a cache that others use too is fine, as the keys are
 * drawn at random:
 *
 * ```ts
 * for (const { name, run } of cacheCases(() => new MyCache())) test(name, run);
 * ```
 *
 * `make` answers a cache that asks the system's clock; it is called for every case.
 */
export function cacheCases(make: () => Cache | Promise<Cache>): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (name: string, check: (cache: Cache, key: string) => Promise<void>) =>
    cases.push({
      name,
      run: async () => {
        const cache = await make();
        const key = newKey();
        await check(cache, key);
        await cache.delete(key);
      },
    });
  const a = Buffer.from('{"a":1}');
  const b = Buffer.from('{"b":2}');
  const soon = () => Date.now() + HOUR;

  add('get: nothing is there', async (cache, key) => {
    assert.equal(await cache.get(key), null);
  });
  for (const [what, value] of Object.entries(VALUES)) {
    add(`a value comes back byte by byte: ${what}`, async (cache, key) => {
      await cache.set(key, value, soon());
      assert.deepEqual((await cache.get(key))?.value, value);
    });
  }
  add('a key as long as Memcached takes it is a key', async (cache, key) => {
    const long = key.padEnd(250, 'k');
    await cache.set(long, a, soon());
    assert.deepEqual((await cache.get(long))?.value, a);
    assert.equal(await cache.get(long.slice(0, -1)), null);
  });
  add('what is stored does not change with the bytes that were given or got', async (cache, key) => {
    const given = Buffer.from(a);
    await cache.set(key, given, soon());
    given.fill(0);
    (await cache.get(key))!.value.fill(0);
    assert.deepEqual((await cache.get(key))?.value, a);
  });

  add('add: only where nothing is', async (cache, key) => {
    assert.notEqual(await cache.add(key, a, soon()), null);
    assert.equal(await cache.add(key, b, soon()), null);
    assert.deepEqual((await cache.get(key))?.value, a);
  });
  add('add: of many at once, one wins', async (cache, key) => {
    const values = Array.from({ length: 20 }, (_, n) => Buffer.from(String(n)));
    const added = await Promise.all(values.map((value) => cache.add(key, value, soon())));
    const winners = values.filter((_, n) => added[n] !== null);
    assert.equal(winners.length, 1);
    assert.deepEqual((await cache.get(key))?.value, winners[0]);
  });
  add('set: whatever is there', async (cache, key) => {
    await cache.set(key, a, soon());
    await cache.set(key, b, soon());
    assert.deepEqual((await cache.get(key))?.value, b);
  });
  add('replace: only where something is', async (cache, key) => {
    assert.equal(await cache.replace(key, a, soon()), null);
    assert.equal(await cache.get(key), null);
    await cache.add(key, a, soon());
    assert.notEqual(await cache.replace(key, b, soon()), null);
    assert.deepEqual((await cache.get(key))?.value, b);
  });
  add('replace: with what is there already', async (cache, key) => {
    await cache.add(key, a, soon());
    assert.notEqual(await cache.replace(key, a, soon()), null);
  });
  add('delete: gone, and a second time is fine', async (cache, key) => {
    await cache.set(key, a, soon());
    await cache.delete(key);
    await cache.delete(key);
    assert.equal(await cache.get(key), null);
    assert.equal(await cache.replace(key, b, soon()), null);
    assert.notEqual(await cache.add(key, b, soon()), null);
  });

  add('compareAndSet: only in the state that was got', async (cache, key) => {
    await cache.set(key, a, soon());
    const version = (await cache.get(key))?.version;
    if (version === undefined) return; // A cache without versions says so, and is never asked.
    assert.notEqual(await cache.compareAndSet(key, version, b, soon()), null);
    assert.equal(await cache.compareAndSet(key, version, a, soon()), null);
    assert.deepEqual((await cache.get(key))?.value, b);
  });
  add('compareAndSet: nothing where nothing is', async (cache, key) => {
    await cache.set(key, a, soon());
    const version = (await cache.get(key))?.version;
    if (version === undefined) return;
    await cache.delete(key);
    assert.equal(await cache.compareAndSet(key, version, b, soon()), null);
    assert.equal(await cache.get(key), null);
  });
  add('compareAndSet: of many at once, one wins', async (cache, key) => {
    await cache.set(key, a, soon());
    const version = (await cache.get(key))?.version;
    if (version === undefined) return;
    const done = await Promise.all(
      Array.from({ length: 20 }, (_, n) => cache.compareAndSet(key, version, Buffer.from(String(n)), soon())),
    );
    assert.equal(done.filter((write) => write !== null).length, 1);
  });
  add('a write that tells its version can be compared with at once', async (cache, key) => {
    const { version } = (await cache.add(key, a, soon()))!;
    if (version === undefined) return;
    const second = await cache.compareAndSet(key, version, b, soon());
    assert.notEqual(second, null);
    assert.notEqual(await cache.compareAndSet(key, second?.version, a, soon()), null);
    const { version: set } = await cache.set(key, b, soon());
    assert.notEqual(await cache.compareAndSet(key, set, a, soon()), null);
    const replaced = await cache.replace(key, b, soon());
    assert.notEqual(await cache.compareAndSet(key, replaced?.version, a, soon()), null);
  });

  add('a deadline that is past is accepted, and the value is never readable', async (cache, key) => {
    for (const past of [0, Date.now() - HOUR, Date.now() - 1]) {
      await cache.set(key, a, past);
      assert.equal(await cache.get(key), null);
      assert.notEqual(await cache.add(key, a, past), null);
      assert.equal(await cache.get(key), null);
      await cache.set(key, a, soon());
      assert.equal(await cache.add(key, b, past), null);
      assert.notEqual(await cache.replace(key, b, past), null);
      assert.equal(await cache.get(key), null);
      await cache.set(key, a, soon());
      const version = (await cache.get(key))?.version;
      if (version === undefined) continue;
      await cache.set(key, b, soon());
      assert.equal(await cache.compareAndSet(key, version, a, past), null);
      const present = (await cache.get(key))?.version;
      assert.notEqual(await cache.compareAndSet(key, present, a, past), null);
      assert.equal(await cache.get(key), null);
    }
  });
  for (const [what, ahead] of [
    ['thirty days and a second', 30 * 24 * HOUR + 1000],
    ['a year and half a millisecond', 365 * 24 * HOUR + 0.5],
    ['a hundred years', 36_525 * 24 * HOUR],
    ['never', Infinity],
  ] as const) {
    add(`a deadline that is far away: ${what}`, async (cache, key) => {
      await cache.set(key, a, Date.now() + ahead);
      assert.deepEqual((await cache.get(key))?.value, a);
    });
  }

  add('move: the entry goes, and the new one is there', async (cache, key) => {
    if (!cache.move) return;
    const to = newKey();
    await cache.set(key, a, soon());
    assert.equal(typeof (await cache.move(key, to, b, soon())), 'object');
    assert.equal(await cache.get(key), null);
    assert.deepEqual((await cache.get(to))?.value, b);
  });
  add('move: an entry that is gone stays gone, and makes no other', async (cache, key) => {
    if (!cache.move) return;
    const to = newKey();
    assert.equal(await cache.move(key, to, b, soon()), 'gone');
    assert.equal(await cache.get(to), null);
  });
  add('move: onto a key that is taken changes nothing', async (cache, key) => {
    if (!cache.move) return;
    const to = newKey();
    await cache.set(key, a, soon());
    await cache.set(to, b, soon());
    assert.equal(await cache.move(key, to, Buffer.from('c'), soon()), 'taken');
    assert.deepEqual((await cache.get(key))?.value, a);
    assert.deepEqual((await cache.get(to))?.value, b);
  });
  add('move: only in the state that was got', async (cache, key) => {
    if (!cache.move) return;
    const to = newKey();
    await cache.set(key, a, soon());
    const version = (await cache.get(key))?.version;
    if (version === undefined) return;
    await cache.set(key, b, soon());
    assert.equal(await cache.move(key, to, a, soon(), version), 'gone');
    assert.deepEqual((await cache.get(key))?.value, b);
    assert.equal(await cache.get(to), null);
    const present = (await cache.get(key))?.version;
    assert.equal(typeof (await cache.move(key, to, a, soon(), present)), 'object');
  });
  add('move: to a deadline that is past', async (cache, key) => {
    if (!cache.move) return;
    const to = newKey();
    await cache.set(key, a, soon());
    assert.equal(typeof (await cache.move(key, to, b, Date.now() - 1)), 'object');
    assert.equal(await cache.get(key), null);
    assert.equal(await cache.get(to), null);
  });
  add('move: of many at once, one wins', async (cache, key) => {
    if (!cache.move) return;
    await cache.set(key, a, soon());
    const targets = Array.from({ length: 10 }, newKey);
    const moved = await Promise.all(targets.map((to) => cache.move!(key, to, b, soon())));
    assert.equal(moved.filter((outcome) => typeof outcome === 'object').length, 1);
    const there = await Promise.all(targets.map((to) => cache.get(to)));
    assert.equal(there.filter((entry) => entry !== null).length, 1);
  });
  return cases;
}

function newKey(): string {
  return `:1:contract${randomBytes(12).toString('hex')}`;
}
