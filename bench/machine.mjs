import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isPinned } from './processes/pinning.mjs';

const PACKAGES = [
  '@nestjs/core',
  'express',
  'fastify',
  'typeorm',
  'pg',
  'ioredis',
  'better-sqlite3',
  'express-session',
  'connect-redis',
  'connect-pg-simple',
  'memorystore',
  'session-file-store',
  'cookie-session',
  'iron-session',
  '@fastify/session',
  '@fastify/secure-session',
  'autocannon',
];

export function machine() {
  return {
    cpus: availableParallelism(),
    model: cpus()[0]?.model ?? 'unknown processor',
    memory: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release().split('-')[0]}`,
    load: loadavg()[0].toFixed(1),
    isPinned,
  };
}

/** Of everything that takes part. */
export function versions(stores) {
  const require = createRequire(import.meta.url);
  const known = { 'Node.js': process.versions.node, ...stores };
  for (const name of PACKAGES) {
    const folder = require.resolve.paths(name).find((path) => exists(`${path}/${name}/package.json`));
    if (folder) known[name] = JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')).version;
  }
  const library = fileURLToPath(new URL('../libs/sessions/package.json', import.meta.url));
  return { 'nestjs-django-sessions': JSON.parse(readFileSync(library, 'utf8')).version, ...known };
}

function exists(path) {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}
