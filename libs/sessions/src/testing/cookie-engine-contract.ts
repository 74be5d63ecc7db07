import assert from 'node:assert/strict';
import type { SessionEngine } from '../core/session-engine.js';
import type { ContractCase } from './contract-case.js';
import { contractOn, ODD_PAYLOADS } from './test-materials.js';

/** What the contract needs to know about an engine whose sessions travel in their cookies. */
export interface CookieEngineUnderTest {
  /** A fresh engine that lets a cookie live for an hour. `now` is the clock it must ask (milliseconds since the epoch). */
  make(now: () => number): Promise<SessionEngine> | SessionEngine;
}

const HOUR = 3_600_000;

/** What every engine must do whose key is the session itself. Run it on your own as `sessionEngineCases`. */
export function cookieEngineCases({ make }: CookieEngineUnderTest): ContractCase[] {
  const { cases, add } = contractOn(make);
  const payloadOf = async (engine: SessionEngine, key: string) => (await engine.load(key))?.payload ?? '{}';

  add('says that nothing is kept on the server', async (engine) => {
    assert.equal(engine.inCookie, true);
    assert.equal(engine.plain, true);
    assert.equal(engine.clearExpired, undefined);
  });
  for (const [what, payload] of Object.entries(ODD_PAYLOADS)) {
    add(`a payload comes back character by character: ${what}`, async (engine, clock) => {
      const { key } = await engine.create(payload, clock.in(HOUR));
      assert.equal(engine.accepts?.(key), true);
      assert.equal((await engine.load(key))?.payload, payload);
    });
  }
  add('save: answers a new key, which holds the new data', async (engine, clock) => {
    const { key } = await engine.create('{"a":1}', clock.in(HOUR));
    const saved = await engine.save(key, '{"a":2}', clock.in(HOUR));
    assert.notEqual(saved!.key, key);
    assert.equal(await payloadOf(engine, saved!.key), '{"a":2}');
  });
  add('cycle: answers a key with the data', async (engine, clock) => {
    const { key } = await engine.create('{"a":1}', clock.in(HOUR));
    const moved = await engine.cycle?.(key, '{"a":2}', clock.in(HOUR));
    if (moved) assert.equal(await payloadOf(engine, moved.key), '{"a":2}');
  });
  add('a cookie that was tampered with, anywhere, is no session', async (engine, clock) => {
    const { key } = await engine.create('{"admin":false}', clock.in(HOUR));
    for (let index = 0; index < key.length; index++) {
      const other = key[index] === 'A' ? 'B' : 'A';
      assert.equal(await payloadOf(engine, key.slice(0, index) + other + key.slice(index + 1)), '{}');
    }
  });
  add('a cookie that is none is no session, and no error', async (engine) => {
    for (const sent of [
      '12345678',
      '{"admin":true}',
      'v1.',
      '....',
      ':::::::::',
      'e30:1r31eq:',
      '\0'.repeat(9),
      'é'.repeat(9),
    ]) {
      assert.equal(await payloadOf(engine, sent), '{}');
    }
  });
  add('a cookie that is too old is no session', async (engine, clock) => {
    const { key } = await engine.create('{"a":1}', clock.in(HOUR));
    clock.now += HOUR - 1000;
    assert.equal(await payloadOf(engine, key), '{"a":1}');
    clock.now += 2000;
    assert.equal(await payloadOf(engine, key), '{}');
  });
  add('exists: nothing is stored under any key; delete: fine', async (engine, clock) => {
    const { key } = await engine.create('{"a":1}', clock.in(HOUR));
    assert.equal(await engine.exists(key), false);
    await engine.delete(key);
  });
  return cases;
}
