import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';

/** By the application's server: one start, for all who ask. */
const starts = new WeakMap<Server, Promise<unknown>>();

/**
 * Where an application answers, such as `http://127.0.0.1:43210`. One that does not listen yet is started
 * on a free port. Throws for one that was closed: it would be left open by whoever asks.
 */
export async function applicationUrl(app: INestApplication): Promise<string> {
  const server = app.getHttpServer() as Server;
  let start = starts.get(server);
  if (!start) {
    start = server.listening ? Promise.resolve() : app.listen(0, '127.0.0.1');
    starts.set(server, start);
  }
  await start;
  if (!server.listening) throw new Error('The application was closed: make an agent for one that is open.');
  const { address, port } = server.address() as AddressInfo;
  if (address === '::' || address === '0.0.0.0') return `http://127.0.0.1:${port}`;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}
