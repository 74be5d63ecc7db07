import { afterEach, expect, test } from '@jest/globals';
import type { INestApplication, Type } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { getSessionsToken, SessionsModule, SessionsService } from 'nestjs-django-sessions';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { AccountController } from '../../docs/examples/account.controller.js';
import { SignedInAdapter } from '../../docs/examples/chat-adapter.js';
import { SupportGateway } from '../../docs/examples/chat-named.gateway.js';
import { ChatGateway as SocketIoGateway } from '../../docs/examples/chat-socket-io.gateway.js';
import { ChatGateway } from '../../docs/examples/chat.gateway.js';
import { SignedInGuard } from '../../docs/examples/signed-in.guard.js';
import { SocketIoPeer, WsPeer } from '../sockets/support/peer.js';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';

let app: INestApplication;
let ann: Visitor;
afterEach(() => app.close());

const options = { secretKey: SECRET, engine: 'cache', clearSessions: false } as const;

/** Starts the gateway, and has a visitor log in over HTTP. */
async function start(gateway: Type, adapter: (app: INestApplication) => WsAdapter | IoAdapter): Promise<void> {
  const module = await Test.createTestingModule({
    imports: [
      SessionsModule.forRoot(options),
      SessionsModule.forRoot({ ...options, name: 'admin', cookieName: 'adminid' }),
    ],
    controllers: [AccountController],
    providers: [gateway, SignedInGuard],
  }).compile();
  app = module.createNestApplication({ logger: false });
  app.useWebSocketAdapter(adapter(app));
  await app.listen(0, '127.0.0.1');
  ann = new Visitor(await app.getUrl());
  await ann.post('/login', { headers: { 'content-type': 'application/json' }, body: '{"name":"ann"}' });
}

const cookie = () => `sessionid=${ann.cookies.get('sessionid')}`;

test('chat.gateway.ts', async () => {
  await start(ChatGateway, (one) => new WsAdapter(one));
  expect(await (await WsPeer.open(ann.url)).closed).toBe('4401 log in first');
  const peer = await WsPeer.open(ann.url, cookie());
  peer.send('join', 'lobby');
  expect(await peer.next('rooms')).toEqual(['lobby']);
  peer.send('here');
  peer.send('join', 'kitchen');
  expect(await peer.next('rooms')).toEqual(['lobby', 'kitchen']);
  await ann.post('/logout');
  expect(await peer.closed).toBe('4401 session ended');
});

test('chat-socket-io.gateway.ts', async () => {
  await start(SocketIoGateway, (one) => new IoAdapter(one));
  const stranger = io(ann.url, { transports: ['websocket'], reconnection: false });
  const error = await new Promise<Error>((resolve) => stranger.once('connect_error', resolve));
  expect(error.message).toBe('log in first');
  const peer = await SocketIoPeer.open(ann.url, cookie());
  peer.send('rooms');
  expect(await peer.next('rooms')).toEqual([]);
  const session = await app.get(SessionsService).fromCookieHeader<{ rooms: string[] }>(cookie());
  session.set('rooms', ['lobby']);
  await session.save();
  peer.send('rooms');
  expect(await peer.next('rooms')).toEqual(['lobby']);
  await ann.post('/logout');
  await peer.next('logged out');
  await peer.close();
});

test('chat-adapter.ts', async () => {
  const origin = 'https://chat.example';
  await start(ChatGateway, (one) => new SignedInAdapter(one, origin));
  const refused = async (headers: Record<string, string>) =>
    new Promise((resolve) => new WebSocket(ann.url.replace('http', 'ws'), { headers }).once('error', resolve));
  expect(String(await refused({ origin: 'https://elsewhere.example', cookie: cookie() }))).toContain('403');
  expect(String(await refused({ origin }))).toContain('401');
  const socket = new WebSocket(ann.url.replace('http', 'ws'), { headers: { origin, cookie: cookie() } });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.close();
});

test('chat-named.gateway.ts', async () => {
  await start(SupportGateway, (one) => new WsAdapter(one));
  const session = await app.get<SessionsService>(getSessionsToken('admin')).open<{ operator: string }>();
  session.set('operator', 'root');
  await session.save();
  const peer = await WsPeer.open(ann.url, `${cookie()}; adminid=${session.sessionKey}`);
  peer.send('who');
  expect(await peer.next('who')).toEqual({ user: 'ann', operator: 'root' });
  await session.flush();
  expect(await peer.closed).toBe('4401 session ended');
});
