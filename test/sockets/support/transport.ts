import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import type { TestingModule } from '@nestjs/testing';
import { type Peer, SocketIoPeer, WsPeer } from './peer.js';

/** What a list of cases runs on. */
export interface Transport {
  name: string;
  /** An application that does not listen yet. */
  application(module: TestingModule): INestApplication;
  open(url: string, cookie?: string): Promise<Peer>;
  /** How a peer sees that its socket was closed as its session has ended, or as the store fails. */
  ended: string;
  turnedAway: string;
}

const onExpress = (module: TestingModule) => module.createNestApplication({ logger: false });
const onFastify = (module: TestingModule) =>
  module.createNestApplication(new FastifyAdapter() as never, { logger: false }) as INestApplication;

const ws = { open: WsPeer.open, ended: '4401 session ended', turnedAway: '1013 try again later' };
const socketIo = { open: SocketIoPeer.open, ended: 'io server disconnect', turnedAway: 'transport close' };

const withWs = (app: INestApplication) => app.useWebSocketAdapter(new WsAdapter(app));
const withSocketIo = (app: INestApplication) => app.useWebSocketAdapter(new IoAdapter(app));

export const transports: Transport[] = [
  { name: 'ws over Express', ...ws, application: (module) => withWs(onExpress(module)) },
  { name: 'ws over Fastify', ...ws, application: (module) => withWs(onFastify(module)) },
  { name: 'socket.io over Express', ...socketIo, application: (module) => withSocketIo(onExpress(module)) },
  { name: 'socket.io over Fastify', ...socketIo, application: (module) => withSocketIo(onFastify(module)) },
];
