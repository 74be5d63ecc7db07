import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { OwnServer } from '../support/own-server.js';

export type ServiceName = 'PostgreSQL' | 'MariaDB' | 'Redis' | 'Memcached';

/** Database number 9 of Redis is ours, unless another is named. */
export const services: Record<ServiceName, URL> = {
  PostgreSQL: new URL(process.env['POSTGRES_URL'] || 'postgres://postgres@127.0.0.1:5432'),
  MariaDB: new URL(process.env['MARIADB_URL'] || 'mysql://root@127.0.0.1:3306'),
  Redis: new URL(process.env['REDIS_URL'] || 'redis://127.0.0.1:6379/9'),
  Memcached: new URL(`memcached://${process.env['MEMCACHED'] || '127.0.0.1:11211'}`),
};

let ownMemcached: OwnServer | null = null;

/** Starts a memcached of our own where none answers; looks which services there are. */
export async function findServices(): Promise<Record<ServiceName, boolean>> {
  if (!(await answers(services.Memcached)) && !spawnSync('memcached', ['--version']).error) {
    ownMemcached = await OwnServer.memcached();
    services.Memcached = new URL(`memcached://127.0.0.1:${ownMemcached.port}`);
  }
  const names = Object.keys(services) as ServiceName[];
  const answer = await Promise.all(names.map((name) => answers(services[name])));
  return Object.fromEntries(names.map((name, i) => [name, answer[i]])) as Record<ServiceName, boolean>;
}

export async function stopOwnServices(): Promise<void> {
  await ownMemcached?.remove();
}

function answers(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname);
    const end = (found: boolean) => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(2000, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
