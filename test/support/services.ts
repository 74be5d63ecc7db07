import { connect } from 'node:net';
import { describe, test } from '@jest/globals';
import { noteSkipped, servicesAreRequired } from './skipped.js';

/** Database number 5 of Redis is ours, unless another is named. */
export const REDIS_URL = process.env['REDIS_URL'] || 'redis://127.0.0.1:6379/5';
/** Other tests use the same server: keys of ours are drawn at random, and nothing is ever flushed. */
export const MEMCACHED = process.env['MEMCACHED'] || '127.0.0.1:11211';

/**
 * `describe` for tests of a service. Where nothing answers they are skipped, and the end of the run
 * says so; where services are required, they fail.
 */
export async function serviceOrSkip(name: string, host: string, port: number): Promise<typeof describe.skip> {
  if (await answers(host, port)) return describe;
  const sentence = `nothing answers at ${host}:${port}`;
  if (servicesAreRequired) {
    return ((title: string) =>
      describe(title, () =>
        test(`${name} is required`, () => {
          throw new Error(sentence);
        }),
      )) as unknown as typeof describe.skip;
  }
  noteSkipped(`Skipped what needs ${name}: ${sentence}.`);
  return describe.skip;
}

export const redisOrSkip = () => {
  const { hostname, port } = new URL(REDIS_URL);
  return serviceOrSkip('Redis', hostname, Number(port || 6379));
};

export const memcachedOrSkip = () => {
  const { hostname, port } = new URL(`memcached://${MEMCACHED}`);
  return serviceOrSkip('Memcached', hostname, Number(port || 11_211));
};

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const end = (found: boolean) => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(2000, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
