import { describe, expect, test } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type CanActivate, type ExecutionContext, Injectable, UseGuards, UseInterceptors } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { Session, SessionInterceptor, SessionsService, type SocketClient } from 'nestjs-django-sessions';
import type { WebSocket } from 'ws';
import { Visitor } from '../support/browserlike.js';
import type { Shop } from './support/account.controller.js';
import { tell } from './support/cart.gateway.js';
import { type Scene, sceneOf } from './support/scene.js';
import { transports } from './support/transport.js';

const [ws] = transports;

@Injectable()
class SettingGuard implements CanActivate {
  constructor(readonly sessions: SessionsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    (await this.sessions.from<Shop>(context)).set('cart', ['pear']);
    return true;
  }
}

@Injectable()
class SavingGuard extends SettingGuard {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const session = await this.sessions.from<Shop>(context);
    session.set('cart', ['pear']);
    await session.save();
    return true;
  }
}

@Injectable()
class PlainGateway implements OnGatewayConnection {
  readonly wires = new WeakMap<object, Socket>();

  constructor(readonly sessions: SessionsService) {}

  async handleConnection(client: SocketClient, request: IncomingMessage): Promise<void> {
    this.wires.set(client, request.socket);
    await this.sessions.connect(client, request);
    tell(client, 'hello', '');
  }

  @SubscribeMessage('set')
  set(@Session() session: Session<Shop>, @MessageBody() item: string) {
    session.set('cart', [item]);
    return { event: 'set', data: '' };
  }

  @SubscribeMessage('save')
  async save(@Session() session: Session<Shop>, @MessageBody() item: string) {
    session.set('cart', [item]);
    await session.save();
    return { event: 'saved', data: '' };
  }
}

/** Has the session from elsewhere. */
@WebSocketGateway()
class UnseenGateway implements OnGatewayConnection {
  constructor(readonly sessions: SessionsService) {}

  async handleConnection(client: SocketClient, request: IncomingMessage): Promise<void> {
    await this.sessions.connect(client, request);
    tell(client, 'hello', '');
  }

  @SubscribeMessage('set')
  @UseGuards(SettingGuard)
  set() {
    return { event: 'set', data: '' };
  }

  @SubscribeMessage('save')
  @UseGuards(SavingGuard)
  save() {
    return { event: 'saved', data: '' };
  }
}

@WebSocketGateway()
class BareGateway extends PlainGateway {}

@WebSocketGateway()
@UseInterceptors(SessionInterceptor)
class SavingGateway extends PlainGateway {}

@WebSocketGateway()
class PartlySavingGateway extends PlainGateway {
  @SubscribeMessage('set')
  @UseInterceptors(SessionInterceptor)
  override set(@Session() session: Session<Shop>, @MessageBody() item: string) {
    return super.set(session, item);
  }
}

async function asked(scene: Scene, event: string, answer: string): Promise<string[]> {
  const peer = await scene.open();
  await peer.next('hello');
  return scene.engine.during(async () => {
    peer.send(event, 'pear');
    await peer.next(answer);
  });
}

describe('without an interceptor', () => {
  const scene = sceneOf(ws!, { providers: [UnseenGateway], interceptor: false });

  test('and without @Session() nothing is saved by itself', async () => {
    expect(await asked(scene, 'set', 'set')).toEqual(['load']);
  });

  test('a handler saves itself', async () => {
    expect(await asked(scene, 'save', 'saved')).toEqual(['load', 'save']);
    expect(await scene.cart()).toEqual(['pear']);
  });
});

describe.each([
  ['that @Session() brings along', { providers: [BareGateway], interceptor: false }],
  ['of the gateway', { providers: [SavingGateway], interceptor: false }],
  ['of the handler', { providers: [PartlySavingGateway], interceptor: false }],
  ['of the application, as Nest 12 has it', { providers: [BareGateway], interceptor: true }],
  ['of the application and of the gateway', { providers: [SavingGateway], interceptor: true }],
])('the interceptor %s', (_, parts) => {
  const scene = sceneOf(ws!, parts);

  test('saves what a handler changed, once', async () => {
    expect(await asked(scene, 'set', 'set')).toEqual(['load', 'save']);
    expect(await scene.cart()).toEqual(['pear']);
  });

  test('does not save again what a handler saved itself', async () => {
    expect(await asked(scene, 'save', 'saved')).toEqual(['load', 'save']);
  });
});

/** What one handler sets off runs in its asynchronous context, be it a message of somebody else. */
class MeetingGateway extends PlainGateway {
  static dammed: (() => Promise<void>) | null = null;

  @SubscribeMessage('dam')
  dam(@ConnectedSocket() client: WebSocket) {
    client.pause();
    const wire = this.wires.get(client)!;
    MeetingGateway.dammed = async () => {
      while (wire.readableLength === 0) await new Promise(setImmediate);
      client.resume();
    };
    return { event: 'dammed', data: '' };
  }

  @SubscribeMessage('meet')
  async meet(@Session('user') user: string) {
    const { dammed } = MeetingGateway;
    MeetingGateway.dammed = null;
    await dammed?.();
    return { event: 'user', data: user };
  }
}

@WebSocketGateway({ path: '/bare' })
class BareMeetingGateway extends MeetingGateway {}

@WebSocketGateway({ path: '/saving' })
@UseInterceptors(SessionInterceptor)
class SavingMeetingGateway extends MeetingGateway {}

describe('a message that is set off by the handler of another one', () => {
  const scene = sceneOf(ws!, { providers: [BareMeetingGateway, SavingMeetingGateway], interceptor: false });

  test('has the session of its own socket, also where no interceptor is around its handler', async () => {
    const ann = await scene.open(scene.cookie, `${scene.url}/saving`);
    await ann.next('hello');
    scene.visitor = new Visitor(scene.url);
    await scene.post('/login', { user: 'bob' });
    const bob = await scene.open(scene.cookie, `${scene.url}/bare`);
    await bob.next('hello');
    bob.send('dam');
    await bob.next('dammed');
    bob.send('meet');
    ann.send('meet');
    expect(await ann.next('user')).toBe('ann');
    expect(await bob.next('user')).toBe('bob');
  });
});
