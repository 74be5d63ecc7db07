import { USUAL } from './plan.mjs';
import { ratio } from './statistics.mjs';

/** What stands between us and a target, as far as it is known; told where one is not met. */
const WHY = {
  'Redis, Express: untouched, none-equal':
    'Of every request the cookie is looked at, as one that cannot be a key is taken away, an object is made that stands for its session, and the methods of its response ask whether there is a gate: a few microseconds.',
  'Redis, Fastify: untouched, none-fastify':
    'A whole request takes Nest on Fastify so little that a few microseconds are a tenth of it. On a server whose sessions nobody has used yet nothing is lost; once answers with a cookie have passed, the engine knows more kinds of headers, and all that is common to both is slower.',
  'Redis, Express: read, hand-redis-equal':
    'What is written by hand has no session to be told of: no parameter that Nest waits for, no gate before the answer, no `Vary: Cookie`, no limit on how long Redis may take.',
  'Redis, Express: write, hand-redis-equal':
    'Beside what a read has: the cookie is sent again with its new date, and `Cache-Control` with it; the session is looked at for numbers that JavaScript would bend; and the former state travels to Redis, so that a write of another request is not lost. What is written by hand loses it.',
  'PostgreSQL, Express: write, hand-postgres':
    'The rows are Django’s: to deflate and to sign them comes on top of plain JSON, and the former row travels back to be compared.',
  'Redis, Fastify: read, hand-redis-fastify': 'As on Express, with equal messages.',
  'Redis, Fastify: write, hand-redis-fastify': 'As on Express, with equal messages.',
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
    express(0.98, 'untouched, against no session on equal messages', 'none-equal', 'untouched'),
    express(0.95, 'read, against what is written by hand on equal messages', 'hand-redis-equal', 'read'),
    express(0.9, 'write, against what is written by hand on equal messages', 'hand-redis-equal', 'write'),
    express(1.4, 'read, against express-session with connect-redis', 'express-redis', 'read'),
    express(1.4, 'write, against express-session with connect-redis', 'express-redis', 'write'),
    fastify(0.95, 'read on Fastify, against what is written by hand', 'hand-redis-fastify', 'read'),
    fastify(0.9, 'write on Fastify, against what is written by hand', 'hand-redis-fastify', 'write'),
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
