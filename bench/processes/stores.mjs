import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pinned } from './pinning.mjs';
import { scratchFolder } from './scratch.mjs';

/**
 * Starts the stores' servers for one run: ours alone, off the processor of the server under test, and with
 * nothing written to a disk that the machine would wait for. Where a program is missing, the service that the
 * tests use stands in; where that does not answer either, what needs it is left out and said so.
 */
export async function startStores() {
  const stores = { versions: {}, missing: [], stops: [] };
  for (const [name, start] of Object.entries({
    redis: startRedis,
    memcached: startMemcached,
    postgres: startPostgres,
  })) {
    try {
      Object.assign(stores, await start(stores));
    } catch (error) {
      stores.missing.push(`${name}: ${error.message}`);
    }
  }
  return stores;
}

export async function stopStores({ stops }) {
  for (const stop of stops.splice(0)) await stop();
}

async function startRedis({ stops, versions }) {
  const url = process.env.REDIS_URL;
  if (!url && has('redis-server')) {
    versions.Redis = /v=(\S+)/.exec(run('redis-server', '--version'))[1];
    const port = await freePort();
    await startServer(
      stops,
      ['redis-server', '--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      port,
    );
    return { redis: `redis://127.0.0.1:${port}`, redisPort: port };
  }
  const { hostname, port } = new URL(url ?? 'redis://127.0.0.1:6379');
  await answers(hostname, Number(port || 6379));
  versions.Redis = 'of the machine';
  return { redis: url ?? 'redis://127.0.0.1:6379/7' };
}

async function startMemcached({ stops, versions }) {
  const address = process.env.MEMCACHED;
  if (!address && has('memcached')) {
    versions.Memcached = run('memcached', '-V').replace('memcached', '').trim();
    const port = await freePort();
    const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    await startServer(stops, ['memcached', ...user, '-l', '127.0.0.1', '-p', port, '-m', '256'], port);
    return { memcached: `127.0.0.1:${port}` };
  }
  const [host, port] = (address ?? '127.0.0.1:11211').split(':');
  await answers(host, Number(port));
  versions.Memcached = 'of the machine';
  return { memcached: `${host}:${port}` };
}

async function startPostgres({ stops, versions }) {
  const programs = process.env.POSTGRES_URL ? null : postgresPrograms();
  if (!programs) {
    const server = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432';
    return { postgres: await freshDatabase(server, stops, versions) };
  }
  const port = await freePort();
  const folder = scratchFolder('postgres');
  const as = asPostgres(folder);
  execFileSync(as[0], [...as.slice(1), join(programs, 'initdb'), '-D', folder, '-A', 'trust', '-U', 'postgres'], {
    stdio: 'ignore',
    cwd: '/',
  });
  const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'shared_buffers=256MB', 'jit=off'];
  await startServer(
    stops,
    [
      ...as,
      join(programs, 'postgres'),
      '-D',
      folder,
      '-p',
      port,
      '-k',
      folder,
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    port,
  );
  return { postgres: await freshDatabase(`postgres://postgres@127.0.0.1:${port}`, stops, versions) };
}

/** PostgreSQL refuses to run as root. */
function asPostgres(folder) {
  if (process.getuid?.() !== 0) return [];
  const ask = (flag) => Number(run('id', flag, 'postgres'));
  chownSync(folder, ask('-u'), ask('-g'));
  chmodSync(folder, 0o700);
  return has('setpriv')
    ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups']
    : ['runuser', '-u', 'postgres', '--'];
}

function postgresPrograms() {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return null;
  const newest = readdirSync(root).sort((a, b) => Number(b) - Number(a))[0];
  const programs = join(root, newest, 'bin');
  return existsSync(join(programs, 'initdb')) ? programs : null;
}

async function freshDatabase(server, stops, versions) {
  const { Client } = (await import('pg')).default;
  const name = `bench_${process.pid}`;
  const inServer = async (sql) => {
    const client = new Client({ connectionString: `${server}/postgres`, connectionTimeoutMillis: 3000 });
    for (let tries = 0; ; tries++) {
      try {
        await client.connect();
        break;
      } catch (error) {
        if (tries > 0 || !/starting up/.test(error.message)) throw error;
        await pause(1000);
      }
    }
    const { rows } = await client.query(sql).finally(() => client.end());
    return rows;
  };
  versions.PostgreSQL = (await inServer('SHOW server_version'))[0].server_version.split(' ')[0];
  await inServer(`CREATE DATABASE ${name}`);
  stops.unshift(() => inServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).catch(() => {}));
  return `${server}/${name}`;
}

async function startServer(stops, command, port) {
  const [program, ...args] = pinned(command.map(String), 'others');
  const child = spawn(program, args, { stdio: 'ignore', cwd: '/' });
  const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  stops.unshift(async () => {
    process.off('exit', kill);
    // For PostgreSQL: end now, whoever is connected.
    child.kill('SIGINT');
    const late = setTimeout(kill, 5000);
    await ended;
    clearTimeout(late);
  });
  await answers('127.0.0.1', port, 100);
}

/** Throws when nothing answers, after so many tries. */
async function answers(host, port, tries = 1) {
  for (let attempt = 1; ; attempt++) {
    const trouble = await new Promise((resolve) => {
      const socket = connect(port, host);
      socket.once('connect', () => resolve(null)).once('error', resolve);
      socket.setTimeout(2000, () => resolve(new Error('no answer')));
    });
    if (!trouble) return;
    if (attempt >= tries) throw new Error(`nothing answers at ${host}:${port}`);
    await pause(100);
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function has(program) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}

function run(program, ...args) {
  return execFileSync(program, args, { encoding: 'utf8' });
}
