/**
 * Who is measured. `isEqual`: with what the library does to all messages of Express, and without the library, so that what
 * sessions cost can be told from what that saves. `role`: 'none' (no session at
 * all), 'limit' (hand-written, the least that can be done), 'ours' or 'peer'. `store`: where sessions live, whose
 * round trips are counted where it is a server.
 */
export const CONTENDERS = [
  bare('none-express', 'no session', 'express'),
  { ...bare('none-equal', 'no session, equal messages', 'express'), isEqual: true },
  bare('none-fastify', 'no session', 'fastify'),

  limit('hand-redis', 'express', 'redis'),
  {
    ...limit('hand-redis-equal', 'express', 'redis'),
    label: 'by hand, equal messages',
    isEqual: true,
  },
  ours('ours-redis', 'cache on Redis', 'express', 'cache', 'redis'),
  ours('ours-cached-db', 'cached_db on PostgreSQL and Redis', 'express', 'cached_db', 'postgres and redis'),
  express('express-redis', 'express-session, connect-redis', 'redis'),

  limit('hand-redis-fastify', 'fastify', 'redis'),
  ours('ours-redis-fastify', 'cache on Redis', 'fastify', 'cache', 'redis'),
  {
    ...peer('fastify-session', '@fastify/session, connect-redis', 'fastify', 'redis'),
    module: 'fastify-plugins.mjs',
    make: 'fastifySession',
  },

  limit('hand-postgres', 'express', 'postgres'),
  {
    ...limit('hand-django', 'express', 'postgres'),
    label: 'written by hand, in Django’s bytes',
    bytes: 'django',
  },
  ours('ours-postgres', 'db on PostgreSQL', 'express', 'db', 'postgres'),
  express('express-postgres', 'express-session, connect-pg-simple', 'postgres'),

  limit('hand-sqlite', 'express', 'sqlite'),
  ours('ours-sqlite', 'db on SQLite', 'express', 'db', 'sqlite'),

  ours('ours-memcached', 'cache on Memcached', 'express', 'cache', 'memcached'),

  ours('ours-memory', 'cache in memory', 'express', 'cache', 'memory'),
  express('express-memory', 'express-session, memorystore', 'memory'),

  ours('ours-file', 'file', 'express', 'file', 'file'),
  express('express-file', 'express-session, session-file-store', 'file'),

  ours('ours-signed', 'signed_cookies', 'express', 'signed_cookies', 'cookie'),
  ours('ours-encrypted', 'encrypted_cookies', 'express', 'encrypted_cookies', 'cookie'),
  {
    ...peer('cookie-session', 'cookie-session', 'express', 'cookie'),
    module: 'cookie-libraries.mjs',
    make: 'cookieSession',
  },
  { ...peer('iron-session', 'iron-session', 'express', 'cookie'), module: 'cookie-libraries.mjs', make: 'ironSession' },

  ours('ours-encrypted-fastify', 'encrypted_cookies', 'fastify', 'encrypted_cookies', 'cookie'),
  {
    ...peer('secure-session', '@fastify/secure-session', 'fastify', 'cookie'),
    module: 'fastify-plugins.mjs',
    make: 'secureSession',
  },
].map((known) => ({ ...known, start: (settings) => start(known, settings) }));

/** Throws when there is none of that name. A name with `@` is that contender with another build of the library. */
export function contender(id) {
  const found = CONTENDERS.find((known) => known.id === id.split('@')[0]);
  if (!found)
    throw new Error(`No contender is called "${id}"; there is ${CONTENDERS.map(({ id: name }) => name).join(', ')}.`);
  return found;
}

async function start(known, settings) {
  const module = await import(`./${known.module}`);
  return module[known.make](known, settings);
}

function bare(id, label, platform) {
  return { id, label, role: 'none', platform, store: 'none', module: 'bare.mjs', make: 'noSession' };
}

function limit(id, platform, store) {
  return { id, label: 'written by hand', role: 'limit', platform, store, module: 'bare.mjs', make: 'handWritten' };
}

function ours(id, label, platform, engine, store) {
  return { id, label, role: 'ours', platform, engine, store, module: 'ours.mjs', make: 'ours' };
}

function express(id, label, store) {
  return { ...peer(id, label, 'express', store), module: 'express-session.mjs', make: 'expressSession' };
}

function peer(id, label, platform, store) {
  return { id, label, role: 'peer', platform, store };
}
