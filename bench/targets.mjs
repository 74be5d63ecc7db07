import { USUAL } from './plan.mjs';
import { ratio } from './statistics.mjs';

/** What stands between us and a target, as far as it is known; told where one is not met. */
const WHY = {
  'Redis, Express: untouched, none-express':
    'Of every request the cookie is looked at, as one that cannot be a key is taken away, an object is made that stands for its session, and the methods of its response ask whether there is a gate. On a server that does nothing else it is nearer; beside requests that use their sessions, as here, the engine has seen more kinds of objects.',
  'Redis, Fastify: untouched, none-fastify':
    'A whole request takes Nest on Fastify so little that a few microseconds are a third of it. Where no request of a server uses its session, 0.9 and more was seen; the members that a gate puts on the responses of others slow the platform’s own code for all.',
  'Redis, Express: read, hand-redis':
    'What is written by hand has no session to be told of: no wait for a parameter that is loaded, no gate before the answer, no `Vary: Cookie`, no limit on how long Redis may take; and it keeps nothing until the answer has left, so that there is less to collect.',
  'Redis, Express: write, hand-redis':
    'Beside what a read has: the cookie is sent again with its new date, and `Cache-Control` with it; the session is looked at for numbers that JavaScript would bend; and the former state travels to Redis, so that a write of another request is not lost. What is written by hand loses it.',
  'Redis, Express: write, express-redis':
    'express-session neither compares what it writes with what is there, nor sends the cookie again.',
  'PostgreSQL, Express: write, express-postgres':
    'The rows are Django’s, compressed and signed, and the former row is compared; connect-pg-simple writes plain JSON over whatever is there.',
  'PostgreSQL, Express: read, hand-django':
    'As with Redis; and a connection of TypeORM’s pool, with its listeners, for each statement, and the date of the row.',
  'PostgreSQL, Express: write, hand-django': 'As with reading, twice; and the former row travels back to be compared.',
  'PostgreSQL, Express: read, hand-postgres':
    'As above; and the rows are Django’s, compressed and signed, where those by hand are plain JSON. To verify and to inflate takes what the table of single steps says.',
  'PostgreSQL, Express: write, hand-postgres': 'As with reading; and to deflate and to sign comes on top.',
};

/**
 * What the library promises itself, each with what came of it. `value`: the ratio or number that was measured, or
 * null where it was not. What counts is requests per second of the server's own processor time: the throughput
 * that clients see, given beside it, is the same as long as neither they nor the store are the limit.
 */
export function judge({ groups = [], accounting = [], micro, django }) {
  const find = (group, id, route) =>
    groups
      .find(({ name }) => name === group)
      ?.results.find((one) => one.id === id && one.route === route && one.bytes === USUAL && one.clients === 64);
  const atLeast = (target, what, group, mine, theirs, route) => {
    const [ours, others] = [find(group, mine, route), find(group, theirs, route)];
    const value = ours && others ? ratio(others.cpu, ours.cpu) : null;
    const throughput = ours && others ? ratio(ours.rps, others.rps) : null;
    return {
      what,
      wanted: `≥ ${target.toFixed(2)} ×`,
      value,
      throughput,
      isMet: met(value, (v) => v >= target),
      why: WHY[`${group}: ${route}, ${theirs}`],
    };
  };
  const atMost = (target, what, value, unit = '') => ({
    what,
    wanted: `≤ ${target}${unit}`,
    value,
    isMet: met(value, (v) => v <= target),
  });
  const express = (target, what, ...rest) => atLeast(target, what, 'Redis, Express', 'ours-redis', ...rest);
  const fastify = (target, what, ...rest) => atLeast(target, what, 'Redis, Fastify', 'ours-redis-fastify', ...rest);
  const postgres = (target, what, ...rest) => atLeast(target, what, 'PostgreSQL, Express', 'ours-postgres', ...rest);

  const trips = (route) => {
    const known = accounting.filter(({ id }) =>
      ['ours-redis', 'ours-redis-fastify', 'ours-postgres', 'ours-memcached'].includes(id),
    );
    // Memcached cannot move an entry: its log-in is told apart.
    const counted = route === 'login' ? known.filter(({ id }) => id !== 'ours-memcached') : known;
    return counted.length ? Math.max(...counted.map(({ routes }) => routes[route].trips)) : null;
  };
  const step = (name) => micro?.[1000]?.[name]?.us ?? null;
  const django1k = (name) => django?.codec?.['1000']?.[name] ?? null;
  const times = (a, b) => (a === null || b === null ? null : a / b);

  return [
    express(0.98, 'untouched route, against no session at all', 'none-express', 'untouched'),
    fastify(0.98, 'the same on Fastify', 'none-fastify', 'untouched'),
    express(1.6, 'untouched route, against express-session with connect-redis', 'express-redis', 'untouched'),
    express(0.95, 'read from Redis, against what is written by hand', 'hand-redis', 'read'),
    express(0.9, 'write to Redis, against what is written by hand', 'hand-redis', 'write'),
    express(1.4, 'read, against express-session with connect-redis', 'express-redis', 'read'),
    express(1.4, 'write, against express-session with connect-redis', 'express-redis', 'write'),
    fastify(1, 'untouched on Fastify, against @fastify/session', 'fastify-session', 'untouched'),
    fastify(1, 'read on Fastify, against @fastify/session', 'fastify-session', 'read'),
    fastify(1, 'write on Fastify, against @fastify/session', 'fastify-session', 'write'),
    postgres(1, 'read from PostgreSQL, against connect-pg-simple', 'express-postgres', 'read'),
    postgres(1, 'write to PostgreSQL, against connect-pg-simple', 'express-postgres', 'write'),
    postgres(0.9, 'read from PostgreSQL, against the same statements and bytes by hand', 'hand-django', 'read'),
    postgres(0.9, 'write to PostgreSQL, against the same statements and bytes by hand', 'hand-django', 'write'),
    postgres(0.9, 'read from PostgreSQL, against prepared statements and plain JSON by hand', 'hand-postgres', 'read'),
    postgres(0.9, 'write to PostgreSQL, against prepared statements and plain JSON by hand', 'hand-postgres', 'write'),
    atMost(0, 'round trips: untouched', trips('untouched')),
    atMost(1, 'round trips: read', trips('read')),
    atMost(2, 'round trips: write', trips('write')),
    atMost(1, 'round trips: first write', trips('first')),
    atMost(2, 'round trips: log-in', trips('login')),
    atMost(
      1,
      'encode and sign 1 KB, against Django in CPython',
      times(step('ours: encode and sign (Django’s bytes)'), django1k('encode and sign')),
      ' ×',
    ),
    atMost(
      1,
      'verify and decode 1 KB, against Django in CPython',
      times(step('ours: verify and decode'), django1k('verify and decode')),
      ' ×',
    ),
    atMost(
      1.5,
      'encode and sign 1 KB, against the bare minimum',
      times(step('ours: encode and sign (Django’s bytes)'), step('bare: encode and sign')),
      ' ×',
    ),
    atMost(
      1.5,
      'verify and decode 1 KB, against the bare minimum',
      times(step('ours: verify and decode'), step('bare: verify and decode')),
      ' ×',
    ),
  ];
}

function met(value, holds) {
  return value === null ? null : holds(value);
}
