import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { jsonToPickle } from '../../libs/sessions/src/cache/pickle-writer.js';
import { RedisCache } from '../../libs/sessions/src/cache/redis-cache.js';
import { SessionError } from '../../libs/sessions/src/core/errors.js';
import { CacheEngine } from '../../libs/sessions/src/engines/cache/cache-engine.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { storeOn } from '../support/store-under-test.js';
import { TestClock } from '../support/vectors.js';
import { fuzz } from './support/fuzz.js';
import { mutated } from './support/mutations.js';
import { inPieces, OddServer } from './support/odd-server.js';
import { sessionTexts } from './support/json-texts.js';

const KEY = 'secretkey'.padEnd(32, '0');
const VALUE = Buffer.from('{"secret":"value"}');
const later = () => Date.now() + 3_600_000;

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
/** Answers of any type, whatever was asked. */
const { reply } = fc.letrec<{ reply: string }>((tie) => ({
  reply: fc.oneof(
    { maxDepth: 3 },
    sessionTexts.map(bulk),
    fc.constantFrom('$-1\r\n', '*-1\r\n', '+OK\r\n', '+\r\n', ':0\r\n', ':1\r\n', ':2\r\n', ':-1\r\n', '*0\r\n'),
    fc.constantFrom(':9223372036854775807\r\n', ':99999999999999999999\r\n', ':1.5\r\n', ':NaN\r\n', ':\r\n'),
    fc.constantFrom('-ERR no\r\n', '-NOSCRIPT No matching script\r\n', '-WRONGTYPE no\r\n', '-LOADING\r\n'),
    fc.constantFrom('-MOVED 1 127.0.0.1:1\r\n', '-READONLY no\r\n', '-NOAUTH no\r\n', '-\r\n', '-BUSY Redis\r\n'),
    fc.constantFrom('$99\r\nab', '*3\r\n:1\r\n'),
    fc.array(tie('reply'), { maxLength: 3 }).map((all) => `*${all.length}\r\n${all.join('')}`),
  ),
}));
/** What begins like no answer at all, such as another protocol. */
const otherwise = fc
  .uint8Array({ minLength: 1, maxLength: 100 })
  .map((bytes) => Buffer.from(bytes))
  .filter((bytes) => !'$+*:-'.includes(String.fromCharCode(bytes[0]!)));
/**
 * One answer to a command, which is of any type, ends too early, or is none. Not several, and none whose
 * lengths are damaged: ioredis throws at those where nobody can catch it, so that the process ends.
 */
const answers = fc.oneof(
  { weight: 4, arbitrary: reply.map((text) => Buffer.from(text)) },
  fc.tuple(reply, fc.nat(200)).map(([text, length]) => Buffer.from(text).subarray(0, length)),
  otherwise,
);

/** What may be under a key: mostly a session, whole or damaged. */
const entriesOf = (values: string) => {
  const entry = sessionTexts.map((text) => (values === 'json' ? Buffer.from(text) : jsonToPickle(text)));
  const given = fc
    .oneof(entry, mutated(entry))
    .map((bytes) => Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]));
  return fc.oneof({ weight: 3, arbitrary: given }, answers);
};

describe('the Redis cache, on a server that answers anything', () => {
  let server: OddServer;
  let cache: RedisCache;
  beforeAll(async () => {
    server = await OddServer.start();
  });
  afterEach(async () => {
    server.hangUp();
    await cache?.close();
  });
  afterAll(() => server.stop());

  const connect = (commandTimeout: number) =>
    new RedisCache({
      host: '127.0.0.1',
      port: server.port,
      commandTimeout,
      connectTimeout: 500,
      disconnectTimeout: 10,
      socketTimeout: 100,
      retryStrategy: () => 1,
      // What it asks when it connects is answered like anything else where this is left on.
      enableReadyCheck: false,
      disableClientInfo: true,
    });
  const operations: Record<string, (cache: RedisCache) => Promise<unknown>> = {
    get: (redis) => redis.get(KEY),
    add: (redis) => redis.add(KEY, VALUE, later()),
    set: (redis) => redis.set(KEY, VALUE, later()),
    replace: (redis) => redis.replace(KEY, VALUE, later()),
    compareAndSet: (redis) => redis.compareAndSet(KEY, VALUE, VALUE, later()),
    move: (redis) => redis.move!(KEY, `${KEY}2`, VALUE, later(), VALUE),
    delete: (redis) => redis.delete(KEY),
  };

  fuzz(
    'each operation ends, and tells no key and no value',
    [fc.constantFrom(...Object.keys(operations)), answers, fc.array(fc.nat(200), { maxLength: 4 }), fc.boolean()],
    async (operation, answer, places, end) => {
      cache = connect(30);
      server.conduct = (socket) => inPieces(socket, answer, places, end);
      const outcome = await operations[operation]!(cache).then(
        () => 'done',
        (error: Error) => {
          const told = `${error.message} ${error.stack} ${JSON.stringify(Object.entries(error))}`;
          if (told.includes('secret')) throw new Error(`It tells a secret: ${told}`);
          return 'refused';
        },
      );
      await cache.close();
      server.hangUp();
      return outcome;
    },
    { share: 0.05, outcomes: ['done', 'refused'] },
  );

  fuzz(
    'a session is what was answered, none, or an error of ours',
    [fc.constantFrom('json', 'pickle').chain((values) => fc.tuple(fc.constant(values), entriesOf(values))), answers],
    async ([values, first], second) => {
      cache = connect(30);
      let asked = 0;
      server.conduct = (socket) => void socket.write(asked++ === 0 ? first : second);
      const clock = new TestClock(1_700_000_000);
      const engine = new CacheEngine(cache, { values: values as 'json' });
      const session = new Session<any>(storeOn(engine, clock, {}), KEY);
      let found: string | undefined;
      try {
        await session.load();
        if (Object.getPrototypeOf(session.data) !== null) throw new TypeError('The data have a prototype.');
        found = session.sessionKey === null ? 'no session' : 'a session';
        session.set('later', 1);
        await session.save();
        return `${found}, saved`;
      } catch (error) {
        if (!(error instanceof SessionError)) throw error;
        if (JSON.stringify([error.message, error.stack, String(error.cause)]).includes(KEY)) {
          throw new Error('The key is told.', { cause: error });
        }
        return found ?? error.code;
      } finally {
        await cache.close();
        server.hangUp();
      }
    },
    { share: 0.04, outcomes: ['a session', 'no session', 'SESSION_STORE'] },
  );

  test.each([':5\r\n', '*1\r\n:1\r\n', '*0\r\n', '*2\r\n$1\r\na\r\n$-1\r\n'])(
    'a value that is no text, %j, is an outage, and never a session that is gone',
    async (answer) => {
      cache = connect(200);
      server.conduct = (socket) => void socket.write(answer);
      const store = storeOn(new CacheEngine(cache), new TestClock(1_700_000_000), {});
      await expect(store.load(KEY)).rejects.toMatchObject({ code: 'SESSION_STORE' });
    },
  );

  test('a server that says nothing at connecting is given up', async () => {
    server.conduct = () => {};
    cache = new RedisCache({
      host: '127.0.0.1',
      port: server.port,
      commandTimeout: 100,
      socketTimeout: 100,
      disconnectTimeout: 10,
    });
    await expect(cache.get(KEY)).rejects.toThrow(/^Redis does not answer: /);
  });
});
