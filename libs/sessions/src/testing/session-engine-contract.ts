import assert from 'node:assert/strict';
import type { SessionEngine } from '../core/session-engine.js';
import type { ContractCase } from './contract-case.js';
import { contractOn, ODD_PAYLOADS } from './test-materials.js';

/** What the contract needs to know about an engine. */
export interface EngineUnderTest {
  /** A fresh engine on an empty store. `now` is the clock it must ask (milliseconds since the epoch). */
  make(now: () => number): Promise<SessionEngine> | SessionEngine;
  /** True for a store with a clock of its own, which the test cannot turn. Cases about later moments are left out. */
  ownClock?: boolean;
}

const HOUR = 3_600_000;
const UNKNOWN = 'unknownkey0123456789abcdefghijkl';
/**
 * What every engine that keeps sessions on the server must do. Run it on your own:
 *
 * ```ts
 * for (const { name, run } of sessionEngineCases({ make: (now) => new MyEngine(now) })) test(name, run);
 * ```
 */
export function sessionEngineCases({ make, ownClock = false }: EngineUnderTest): ContractCase[] {
  const { cases, add } = contractOn(make);

  add('load: an unknown key is no session, and makes none', async (engine) => {
    assert.equal(await engine.load(UNKNOWN), null);
    assert.equal(await engine.exists(UNKNOWN), false);
  });
  add('create: the session is there under a new key of 32 characters', async (engine, clock) => {
    const { key } = await engine.create('{"a":1}', clock.in(HOUR));
    assert.match(key, /^[a-z0-9]{32}$/);
    assert.equal((await engine.load(key))?.payload, '{"a":1}');
    assert.equal(await engine.exists(key), true);
  });
  add('create: no two sessions share a key', async (engine, clock) => {
    const made = await Promise.all(Array.from({ length: 50 }, () => engine.create('{}', clock.in(HOUR))));
    assert.equal(new Set(made.map(({ key }) => key)).size, 50);
  });
  for (const [what, payload] of Object.entries(ODD_PAYLOADS)) {
    add(`a payload comes back character by character: ${what}`, async (engine, clock) => {
      const { key } = await engine.create(payload, clock.in(HOUR));
      assert.equal((await engine.load(key))?.payload, payload);
      await engine.save(key, `${payload} `, clock.in(HOUR));
      assert.equal((await engine.load(key))?.payload.trimEnd(), payload);
    });
  }
  add('save: replaces what is stored', async (engine, clock) => {
    const { key } = await engine.create('{"a":1}', clock.in(HOUR));
    assert.equal((await engine.save(key, '{"a":2}', clock.in(HOUR)))?.key, key);
    assert.equal((await engine.load(key))?.payload, '{"a":2}');
  });
  add('save: an identical rewrite is a success', async (engine, clock) => {
    const { key } = await engine.create('{"a":1}', clock.in(HOUR));
    assert.notEqual(await engine.save(key, '{"a":1}', clock.in(HOUR)), null);
  });
  add('save: never creates a session', async (engine, clock) => {
    assert.equal(await engine.save(UNKNOWN, '{}', clock.in(HOUR)), null);
    assert.equal(await engine.exists(UNKNOWN), false);
  });
  add('save: never brings a deleted session back', async (engine, clock) => {
    const { key } = await engine.create('{}', clock.in(HOUR));
    const loaded = await engine.load(key);
    await engine.delete(key);
    assert.equal(await engine.save(key, '{"a":1}', clock.in(HOUR)), null);
    assert.equal(await engine.save(key, '{"a":1}', clock.in(HOUR), loaded?.version), null);
    assert.equal(await engine.load(key), null);
  });
  add('save: with the state it was loaded in, only while it is in it', async (engine, clock) => {
    const { key } = await engine.create('{"a":1}', clock.in(HOUR));
    const first = await engine.load(key);
    const second = await engine.load(key);
    if (first?.version === undefined) return; // An engine without versions says so: last writer wins.
    assert.notEqual(await engine.save(key, '{"a":2}', clock.in(HOUR), first.version), null);
    assert.equal(await engine.save(key, '{"a":3}', clock.in(HOUR), second?.version), null);
    assert.equal((await engine.load(key))?.payload, '{"a":2}');
  });
  add('save: the state it answers can be compared with again', async (engine, clock) => {
    const created = await engine.create('{"a":1}', clock.in(HOUR));
    if (created.version === undefined) return;
    const saved = await engine.save(created.key, '{"a":2}', clock.in(HOUR), created.version);
    assert.notEqual(saved, null);
    assert.notEqual(await engine.save(created.key, '{"a":3}', clock.in(HOUR), saved?.version), null);
    assert.equal(await engine.save(created.key, '{"a":4}', clock.in(HOUR), created.version), null);
  });
  add('save: of many writers with one state, one wins', async (engine, clock) => {
    const { key } = await engine.create('{}', clock.in(HOUR));
    const version = (await engine.load(key))?.version;
    if (version === undefined) return;
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) => engine.save(key, `{"n":${n}}`, clock.in(HOUR), version)),
    );
    assert.equal(results.filter((result) => result !== null).length, 1);
  });
  add('delete: the session is gone, and a second time is fine', async (engine, clock) => {
    const { key } = await engine.create('{}', clock.in(HOUR));
    await engine.delete(key);
    await engine.delete(key);
    await engine.delete(UNKNOWN);
    assert.equal(await engine.load(key), null);
    assert.equal(await engine.exists(key), false);
  });
  add('cycle: the session moves to a new key, with new data', async (engine, clock) => {
    if (!engine.cycle) return;
    const { key } = await engine.create('{"a":1}', clock.in(HOUR));
    const moved = await engine.cycle(key, '{"a":2}', clock.in(HOUR));
    assert.match(moved!.key, /^[a-z0-9]{32}$/);
    assert.notEqual(moved!.key, key);
    assert.equal((await engine.load(moved!.key))?.payload, '{"a":2}');
    assert.equal(await engine.load(key), null);
    assert.equal(await engine.exists(key), false);
  });
  add('cycle: a session that is gone is not moved', async (engine, clock) => {
    assert.equal((await engine.cycle?.(UNKNOWN, '{}', clock.in(HOUR))) ?? null, null);
  });
  add('cycle: with the state it was loaded in, only while it is in it', async (engine, clock) => {
    const { key } = await engine.create('{"a":1}', clock.in(HOUR));
    const version = (await engine.load(key))?.version;
    if (!engine.cycle || version === undefined) return;
    await engine.save(key, '{"a":2}', clock.in(HOUR));
    assert.equal(await engine.cycle(key, '{"a":3}', clock.in(HOUR), version), null);
    assert.equal((await engine.load(key))?.payload, '{"a":2}');
  });
  add('cycle: of many at once, one wins and one key is alive', async (engine, clock) => {
    if (!engine.cycle) return;
    const { key } = await engine.create('{}', clock.in(HOUR));
    const moved = (
      await Promise.all(Array.from({ length: 10 }, () => engine.cycle!(key, '{}', clock.in(HOUR))))
    ).filter((result) => result !== null);
    assert.equal(moved.length, 1);
    assert.notEqual(await engine.load(moved[0]!.key), null);
  });
  add('a session that is stored already expired is never readable', async (engine, clock) => {
    const { key } = await engine.create('{"_session_expiry":-10}', clock.in(-10_000));
    const stored = await engine.load(key);
    // An engine that keeps no dates says when it was saved, and the library works the rest out.
    assert.ok(stored === null || stored.modifiedAt !== undefined);
  });
  if (!ownClock) {
    add('an expired session is no session', async (engine, clock) => {
      const { key } = await engine.create('{"_session_expiry":60}', clock.in(60_000));
      clock.now += 59_000;
      assert.notEqual(await engine.load(key), null);
      clock.now += 1000;
      const stored = await engine.load(key);
      assert.ok(stored === null || stored.modifiedAt !== undefined);
    });
    add('clearExpired: deletes the expired ones, in batches, and no other', async (engine, clock) => {
      if (!engine.clearExpired) return;
      const short = '{"_session_expiry":60}';
      for (let n = 0; n < 7; n++) await engine.create(short, clock.in(60_000));
      const { key } = await engine.create('{}', clock.in(HOUR));
      clock.now += 61_000;
      const options = {
        batchSize: 3,
        now: clock.now,
        isExpired: ({ payload }: { payload: string }) => payload === short,
      };
      assert.equal(await engine.clearExpired(options), 7);
      assert.equal(await engine.clearExpired(options), 0);
      assert.notEqual(await engine.load(key), null);
    });
  }
  return cases;
}
