import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { MemcachedCache } from '../../libs/sessions/src/cache/memcached-cache.js';
import { MemcachedReplies } from '../../libs/sessions/src/cache/memcached-replies.js';
import { bounded } from '../security/support/bounded.js';
import { fuzz } from './support/fuzz.js';
import { mutated } from './support/mutations.js';
import { inPieces, OddServer } from './support/odd-server.js';

const KEY = ':1:django.contrib.sessions.cachesecretkey';
const VALUE = Buffer.from('secret value');
const later = () => Date.now() + 3_600_000;

const replies = fc.oneof(
  fc.constantFrom(
    'HD',
    'EN',
    'NS',
    'EX',
    'NF',
    'MN',
    'ERROR',
    'CLIENT_ERROR bad',
    'SERVER_ERROR out of memory',
    'STORED',
  ),
  fc.tuple(fc.constantFrom('HD', 'NS'), fc.nat()).map(([code, cas]) => `${code} c${cas}`),
  fc
    .tuple(fc.uint8Array({ maxLength: 60 }), fc.nat(20), fc.nat())
    .map(([bytes, flags, cas]) => `VA ${bytes.length} f${flags} c${cas}\r\n${Buffer.from(bytes).toString('latin1')}`),
);
const streams = fc
  .array(replies, { minLength: 1, maxLength: 5 })
  .map((all) => Buffer.from(all.map((reply) => `${reply}\r\n`).join(''), 'latin1'));
const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const answers = fc.oneof(streams, mutated(streams), anyBytes);
const cuts = fc.array(fc.nat(500), { maxLength: 6 });

/** What the reader makes of a stream that comes in these pieces, up to where it gives up. */
function readIn(stream: Buffer, places: readonly number[]): { told: string[]; refused: boolean } {
  const reader = new MemcachedReplies();
  const told: string[] = [];
  let from = 0;
  try {
    for (const to of [...new Set(places.map((place) => place % (stream.length + 1))), stream.length].sort(
      (a, b) => a - b,
    )) {
      for (const reply of reader.read(stream.subarray(from, to))) {
        told.push(JSON.stringify([reply.code, reply.flags, reply.value?.toString('latin1')]));
      }
      from = to;
    }
    return { told, refused: false };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { told, refused: true };
  }
}

describe('answers of Memcached', () => {
  fuzz(
    'mean the same wherever the network has cut them',
    [answers, cuts],
    (stream, places) => {
      const pieces = bounded(() => readIn(stream, places));
      const whole = readIn(
        stream,
        Array.from({ length: stream.length }, (_, n) => n),
      );
      if (pieces.refused !== whole.refused) throw new Error('They are refused in one way and read in the other.');
      // In one piece nothing is handed out before the fault is found.
      if (!pieces.refused && pieces.told.join() !== whole.told.join()) throw new Error(pieces.told.join());
      return pieces.refused ? 'refused' : 'read';
    },
    { outcomes: ['read'] },
  );

  test('that do not end are given up while they are small', () => {
    const reader = new MemcachedReplies();
    const endless = () => {
      for (let n = 0; n < 100; n++) reader.read(Buffer.alloc(1000, 'x'));
    };
    expect(endless).toThrow(SyntaxError);
  });
});

describe('the Memcached cache, on a server that answers anything', () => {
  let server: OddServer;
  const caches: MemcachedCache[] = [];
  beforeAll(async () => {
    server = await OddServer.start();
  });
  afterEach(async () => {
    for (const cache of caches.splice(0)) await cache.close();
    server.hangUp();
  });
  afterAll(() => server.stop());

  const connect = (commandTimeout: number) => {
    const cache = new MemcachedCache(`127.0.0.1:${server.port}`, { commandTimeout });
    caches.push(cache);
    return cache;
  };
  const operations: Record<string, (cache: MemcachedCache) => Promise<unknown>> = {
    get: (cache) => cache.get(KEY),
    add: (cache) => cache.add(KEY, VALUE, later()),
    set: (cache) => cache.set(KEY, VALUE, later()),
    replace: (cache) => cache.replace(KEY, VALUE, later()),
    compareAndSet: (cache) => cache.compareAndSet(KEY, '7', VALUE, later()),
    delete: (cache) => cache.delete(KEY),
  };

  fuzz(
    'each operation ends, tells no key and no value, and the next one works',
    [fc.constantFrom(...Object.keys(operations)), answers, cuts, fc.boolean()],
    async (operation, answer, places, end) => {
      // Few wait for the end of their time; those whose server neither answers nor leaves.
      const cache = connect(end ? 2000 : 40);
      server.conduct = (socket) => inPieces(socket, answer, places, end);
      const outcome = await operations[operation]!(cache).then(
        () => 'done',
        (error: Error) => {
          const told = `${error.message} ${error.stack}`;
          if (told.includes('secret')) throw new Error(`It tells a secret: ${told}`);
          return 'refused';
        },
      );
      // It comes to its senses.
      server.conduct = (socket) => socket.write('EN\r\n');
      server.hangUp();
      await new Promise(setImmediate);
      let sane: unknown;
      for (let attempt = 0; attempt < 5 && sane !== null; attempt++) sane = await cache.get(KEY).catch(() => undefined);
      if (sane !== null) throw new Error('It does not work again.');
      await cache.close();
      caches.length = 0;
      return outcome;
    },
    { share: 0.05, outcomes: ['done', 'refused'] },
  );

  test.each(['HELLO', '', 'OK', '+PONG', '<html>', 'HTTP/1.1 400 Bad Request', 'VALUE k 0 1', 'VA', 'VA -1', 'XX'])(
    'an answer that is none, %j, is an outage, and never a session that is gone',
    async (line) => {
      server.conduct = (socket) => socket.write(`${line}\r\n`);
      for (const [name, operation] of Object.entries(operations)) {
        const told = await operation(connect(100)).then(
          (answer) => `${name}: ${JSON.stringify(answer)}`,
          (error: Error) => error.message.split(':')[0],
        );
        expect(told).toMatch(/^Memcached (?:does not answer|refused|did not store a value)/);
      }
    },
  );

  test('a value that is larger than any item is not collected', async () => {
    const piece = Buffer.alloc(256 * 1024);
    let sent = 0;
    server.conduct = (socket) => {
      socket.write('VA 1073741824 f0 c1\r\n');
      const more = () => {
        while (!socket.destroyed && sent < 64 * 1024 * 1024) {
          sent += piece.length;
          if (!socket.write(piece)) return void socket.once('drain', more);
        }
      };
      more();
    };
    await expect(connect(2000).get(KEY)).rejects.toThrow(/^Memcached/);
    // The server's own limit is a megabyte, and ours is the same unless told otherwise.
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });
});
