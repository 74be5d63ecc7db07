import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SessionKeyError, SessionCreateError, SessionUpdateError } from '../../libs/sessions/src/core/errors.js';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { EmbeddedStore } from '../support/embedded-store.js';
import { type Steps, take } from '../support/session-steps.js';
import { type Vector, vectors } from '../support/vectors.js';

const ERRORS: Record<string, unknown> = {
  KeyError: SessionKeyError,
  CreateError: SessionCreateError,
  UpdateError: SessionUpdateError,
};

/** Where ours differs on purpose: after which step, in which field, and why. */
const LEAVES_DJANGO: Record<string, { step: number; instead: Record<string, unknown>; why: string }[]> = {
  'mutate-inside/db': [{ step: 3, instead: { modified: true }, why: 'nested changes are noticed' }],
  'unknown-key-save-unloaded/db': [
    { step: 0, instead: { key: null, empty: true }, why: 'a key under which nothing was stored is not shown' },
  ],
  'no-resurrect-load/db': [
    { step: 4, instead: { key: 'newkey00000000000000000000000001' }, why: 'load() loads once; what is loaded stays' },
  ],
};

let embedded: EmbeddedStore;
beforeAll(async () => {
  embedded = await EmbeddedStore.open();
});
beforeEach(() => embedded.wipe());
afterAll(() => embedded.close());

const cases = vectors('sequences', 'sequences').filter(({ in: given }) => given.engine === 'db');

async function play({ name, in: given, out }: Vector, concurrency: 'merge' | 'overwrite' = 'overwrite') {
  embedded.clock.seconds = given.now;
  const cookieAge = given.settings.SESSION_COOKIE_AGE ?? 1_209_600;
  const store = embedded.store([given.secret], { cookieAge, concurrency });
  const open = (key: string | null) => new Session<any>(store, key);
  const steps: Steps = {
    session: open(given.key),
    keys: {},
    open,
    advance: (seconds) => void (embedded.clock.seconds += seconds),
    clearExpired: () => store.clearExpired(1000),
  };
  for (const [index, expected] of out.steps.entries()) {
    const answer = await take(steps, expected.op).then(
      (result) => ({ result: result ?? null }),
      (error: unknown) => ({ error }),
    );
    const { session } = steps;
    const { accessed } = session;
    const seen = {
      ...answer,
      modified: session.modified,
      accessed,
      key: session.sessionKey,
      empty: session.isEmpty(),
      ...('data' in expected && { data: { ...session.data } }),
    };
    session.accessed = accessed;
    const { op, error, result, ...state } = expected;
    const left = LEAVES_DJANGO[name]?.find(({ step }) => step === index)?.instead;
    expect({ step: index, op, ...seen }).toMatchObject({
      step: index,
      op,
      ...(error ? { error: expect.any(ERRORS[error] as never) } : op[0] === 'load' ? {} : { result }),
      ...state,
      ...left,
    });
  }
  return store;
}

describe('the session object does what Django does, call by call', () => {
  test.each(cases.filter(({ name }) => !LEAVES_DJANGO[name]?.length))('$name', async (vector) => {
    await play(vector);
    await expectStored(vector);
  });

  const leaving = cases.filter(({ name }) => LEAVES_DJANGO[name]?.length);
  test.each(
    leaving.map((vector) => ({ ...vector, why: LEAVES_DJANGO[vector.name]!.map(({ why }) => why).join('; ') })),
  )('$name: $why', async (vector) => {
    await play(vector);
    await expectStored(vector);
  });

  test('last-writer/db with concurrency "merge": no write is lost', async () => {
    await play(
      cases.find(({ name }) => name === 'last-writer/db')!,
      'overwrite',
    );
    await embedded.wipe();
    const { in: given } = cases.find(({ name }) => name === 'last-writer/db')!;
    const store = embedded.store([given.secret], { concurrency: 'merge' });
    const first = new Session<any>(store);
    first.set('cat', 'v1');
    await first.save();
    const other = await new Session<any>(store, first.sessionKey).load();
    other.set('foo', 1);
    await other.save();
    first.set('cat', 'v2');
    await first.save();
    expect({ ...(await new Session<any>(store, first.sessionKey).load()).data }).toEqual({ cat: 'v2', foo: 1 });
  });
});

async function expectStored({ in: given, out }: Vector): Promise<void> {
  const codec = new SessionCodec([given.secret]);
  const rows = (await embedded.rows()).map(({ session_key, session_data, expire_date }) => {
    const { payload } = codec.decode(session_data) as { payload: string };
    return { where: 'db', key: session_key, data: { ...jsonSerializer.loads(payload) }, expire_date };
  });
  expect(rows).toEqual(out.stored);
}
