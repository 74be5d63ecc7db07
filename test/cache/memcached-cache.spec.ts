import { createServer, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { memcachedAddress } from '../../libs/sessions/src/cache/memcached-address.js';
import { MemcachedCache } from '../../libs/sessions/src/cache/memcached-cache.js';
import { memcachedTimeout } from '../../libs/sessions/src/cache/memcached-timeout.js';
import { jsonToPickle } from '../../libs/sessions/src/cache/pickle-writer.js';
import { freePort, OwnServer, programOrSkip } from '../support/own-server.js';
import { TestClock, vectors } from '../support/vectors.js';

const describeMemcached = programOrSkip('memcached');
const value = Buffer.from('{"a":1}');
const soon = () => Date.now() + 60_000;

describe('lifetimes', () => {
  test.each(vectors('cache', 'memcached_timeouts'))('$name', ({ in: given, out }) => {
    const now = given.now * 1000;
    expect(memcachedTimeout(given.timeout === null ? Infinity : now + given.timeout * 1000, now)).toBe(out);
  });

  test('the moments on the way to the cache cost no second', () => {
    expect(memcachedTimeout(1_209_600_000, 20)).toBe(1_209_600);
  });

  test('what ends after January 2038 ends then, and not at once', () => {
    expect(memcachedTimeout(Date.UTC(2039, 0, 1), Date.UTC(2030, 0, 1))).toBe(2 ** 31 - 1);
  });
});

describe('locations', () => {
  test.each([
    ['127.0.0.1:11212', { host: '127.0.0.1', port: 11_212 }],
    ['memcached://cache.example:11212', { host: 'cache.example', port: 11_212 }],
    ['localhost', { host: 'localhost', port: 11_211 }],
    ['[::1]:11212', { host: '::1', port: 11_212 }],
    ['unix:/run/memcached.sock', { path: '/run/memcached.sock' }],
    ['/run/memcached.sock', { path: '/run/memcached.sock' }],
  ])('%s', (location, address) => {
    expect(memcachedAddress(location)).toEqual(address);
  });

  test.each(['', 'one:11211,two:11211', 'one;two', 'host:0', 'host:70000', 'host:port'])(
    '%j is refused',
    (location) => {
      expect(() => memcachedAddress(location)).toThrow("Memcached's location must be one server");
    },
  );
});

describe('keys that are refused before anything is sent, and are not told', () => {
  const cache = new MemcachedCache('127.0.0.1:1');
  test.each([
    ['a blank', 'secret key', 'must be without blanks and control characters'],
    ['a line break', 'secret\r\nflush_all', 'must be without blanks and control characters'],
    ['DEL', 'secret\u007f', 'must be without blanks and control characters'],
    ['251 bytes', 'é'.repeat(125) + 'x', 'must be 1 to 250 bytes long; this one is 251'],
    ['none', '', 'must be 1 to 250 bytes long; this one is 0'],
  ])('%s', async (_, key, message) => {
    for (const operation of [() => cache.get(key), () => cache.set(key, value, soon()), () => cache.delete(key)]) {
      const error = await operation().catch((reason: Error) => reason);
      expect((error as Error).message).toBe(`A Memcached key ${message}.`);
    }
  });
});

describeMemcached('on a server of our own', () => {
  let server: OwnServer;
  let cache: MemcachedCache;
  beforeAll(async () => {
    server = await OwnServer.memcached();
    cache = new MemcachedCache(`127.0.0.1:${server.port}`);
  });
  afterAll(async () => {
    await cache.close();
    await server.remove();
  });

  /** What the server says to one line. */
  const ask = (line: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.end(`${line}\r\nquit\r\n`));
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
  const commands = async () => {
    const stats = await ask('stats');
    const count = (name: string) => Number(new RegExp(`STAT ${name} (\\d+)`).exec(stats)![1]);
    return ['cmd_get', 'cmd_set', 'cmd_touch', 'delete_hits', 'delete_misses'].map(count).reduce((a, b) => a + b);
  };

  test('every write gives the entry its lifetime', async () => {
    const left = async () => Number(/t(-?\d+)/.exec(await ask('mg t t'))?.[1]);
    await cache.set('t', value, Date.now() + 100_000);
    expect(await left()).toBe(100);
    await cache.replace('t', value, Date.now() + 40 * 86_400_000);
    expect(await left()).toBeGreaterThanOrEqual(40 * 86_400 - 1);
    const written = await cache.set('t', value, Infinity);
    expect(await left()).toBe(-1);
    await cache.compareAndSet('t', written.version, value, Date.now() + 300_000);
    expect(await left()).toBe(300);
  });

  test('a frozen clock: lifetimes count from it', async () => {
    const clock = new TestClock(1_700_000_000.75);
    const frozen = new MemcachedCache(`127.0.0.1:${server.port}`, { clock: clock.now });
    await frozen.set('t', value, 1_700_000_010_750);
    expect(await ask('mg t t')).toBe('HD t10\r\n');
    await frozen.close();
  });

  test("pickles carry the flag by which Django's clients know them, texts none", async () => {
    await cache.set('p', jsonToPickle('{}'), soon());
    expect(await ask('mg p f')).toBe('HD f1\r\n');
    await cache.set('j', value, soon());
    expect(await ask('mg j f')).toBe('HD f0\r\n');
  });

  test('a compressed value of pylibmc is told, and not taken for data', async () => {
    await ask('ms z 3 F9 T100\r\nabc');
    await expect(cache.get('z')).rejects.toThrow('Memcached holds a compressed value');
  });

  test('one command an operation', async () => {
    const { version } = await cache.set('k', value, soon());
    const cost = async (operation: () => Promise<unknown>) => {
      const before = await commands();
      await operation();
      return (await commands()) - before;
    };
    expect(await cost(() => cache.get('k'))).toBe(1);
    expect(await cost(() => cache.add('k', value, soon()))).toBe(1);
    expect(await cost(() => cache.set('k', value, soon()))).toBe(1);
    expect(await cost(() => cache.replace('k', value, soon()))).toBe(1);
    expect(await cost(() => cache.compareAndSet('k', version, value, soon()))).toBe(1);
    expect(await cost(() => cache.delete('k'))).toBe(1);
  });

  test('many commands share a connection, each with its own answer', async () => {
    const connections = async () => Number(/total_connections (\d+)/.exec(await ask('stats'))![1]);
    const before = await connections();
    const fresh = new MemcachedCache(`127.0.0.1:${server.port}`);
    const values = Array.from({ length: 500 }, (_, n) => Buffer.alloc(n * 10, String(n)));
    await Promise.all(values.map((each, n) => fresh.set(`many${n}`, each, soon())));
    const entries = await Promise.all(values.map((_, n) => fresh.get(`many${n}`)));
    expect(entries.map((entry) => entry!.value)).toEqual(values);
    // Ours, and the one that asks.
    expect((await connections()) - before).toBe(2);
    await fresh.close();
  });

  test('a value as large as the server takes is stored, and one byte more than we send is refused', async () => {
    const largest = 1024 * 1024 - 100 - 'large'.length;
    await cache.set('large', Buffer.alloc(largest), soon());
    expect((await cache.get('large'))?.value).toHaveLength(largest);
    await expect(cache.set('large', Buffer.alloc(largest + 1), soon())).rejects.toThrow(
      `A value of ${largest + 1} bytes is too large for Memcached items of 1048576.`,
    );
    expect((await cache.get('large'))?.value).toHaveLength(largest);
  });

  test('a value the server refuses is told, and the connection goes on', async () => {
    const bold = new MemcachedCache(`127.0.0.1:${server.port}`, { maxItemBytes: 64 * 1024 * 1024 });
    const results = await Promise.allSettled([
      bold.set('secretkey', Buffer.alloc(2 * 1024 * 1024), soon()),
      bold.set('k', value, soon()),
    ]);
    expect(results).toMatchObject([
      { reason: { message: 'Memcached refused: it cannot store this now (too large, or out of memory)' } },
      { status: 'fulfilled' },
    ]);
    await bold.close();
  });
});

describeMemcached('when Memcached is away', () => {
  test('commands fail at once, say why, and work again when it is back', async () => {
    const server = await OwnServer.memcached();
    const cache = new MemcachedCache(`127.0.0.1:${server.port}`);
    await cache.set('k', value, soon());
    await server.stop();
    for (let n = 0; n < 3; n++) {
      await expect(cache.get('secretkey')).rejects.toThrow(
        /^Memcached does not answer: (?:connect ECONNREFUSED [\d.:]+|read ECONNRESET|it has closed the connection)$/,
      );
    }
    await server.start();
    expect(await cache.get('k')).toBeNull();
    await cache.set('k', value, soon());
    expect((await cache.get('k'))?.value).toEqual(value);
    await cache.close();
    await expect(cache.get('k')).rejects.toThrow('This Memcached cache was closed.');
    await server.remove();
  });

  test('it hangs: all that wait end, and a new connection is made', async () => {
    const server = await OwnServer.memcached();
    const cache = new MemcachedCache(`127.0.0.1:${server.port}`, { commandTimeout: 200 });
    await cache.set('k', value, soon());
    server.freeze();
    const begun = Date.now();
    const failed = await Promise.allSettled([cache.get('k'), cache.set('k', value, soon()), cache.get('k')]);
    expect(Date.now() - begun).toBeLessThan(1000);
    for (const one of failed) {
      expect(one).toMatchObject({ reason: { message: 'Memcached does not answer: no answer within 200 ms' } });
    }
    server.thaw();
    expect((await cache.get('k'))?.value).toEqual(value);
    await cache.close();
    await server.remove();
  });
});

describe('a server that is none', () => {
  async function answering(answer: string): Promise<{ cache: MemcachedCache; close(): Promise<void> }> {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('data', () => socket.write(answer));
      socket.on('error', () => {});
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const cache = new MemcachedCache(`127.0.0.1:${port}`, { commandTimeout: 300 });
    return {
      cache,
      close: async () => {
        await cache.close();
        for (const socket of sockets) socket.destroy();
        server.close();
      },
    };
  }

  test.each([
    [
      'an old server',
      'ERROR\r\n',
      'Memcached refused: it does not know the meta commands, which came with version 1.6',
    ],
    ['half an answer', 'VA 100 f0 c1\r\nabc', 'Memcached does not answer: no answer within 300 ms'],
    ['a value without a length', 'VA x\r\n', 'Memcached does not answer: Memcached sent a value without a length'],
    ['a line without an end', 'x'.repeat(10_000), 'Memcached does not answer: Memcached sent a line that does not end'],
  ])('%s', async (_, answer, message) => {
    const { cache, close } = await answering(answer);
    await expect(cache.get('k')).rejects.toThrow(message);
    await close();
  });

  test('an answer nobody asked for ends the connection, and the next command makes another', async () => {
    const { cache, close } = await answering('EN\r\nVA 1 f0 c1\r\nx\r\n');
    expect(await cache.get('k')).toBeNull();
    expect(await cache.get('k')).toBeNull();
    await close();
  });
});
