import { describe, expect, test } from '@jest/globals';
import { type ExecutionContext, Injectable, UseGuards, UseInterceptors, type CanActivate } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { type OnGatewayConnection, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  getSessionsToken,
  InjectSessions,
  Session,
  SessionInterceptor,
  SessionsModule,
  SessionsService,
  type SocketClient,
} from 'nestjs-django-sessions';
import { SECRET } from '../support/application.js';
import type { Shop } from './support/account.controller.js';
import { tell } from './support/cart.gateway.js';
import { type Scene, sceneOf } from './support/scene.js';
import { transports } from './support/transport.js';

@Injectable()
class OperatorsOnly implements CanActivate {
  constructor(@InjectSessions('admin') private readonly sessions: SessionsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    return (await this.sessions.from<{ operator: string }>(context)).has('operator');
  }
}

@WebSocketGateway()
@UseInterceptors(SessionInterceptor)
class OfficeGateway implements OnGatewayConnection {
  constructor(
    private readonly sessions: SessionsService,
    @InjectSessions('admin') private readonly adminSessions: SessionsService,
  ) {}

  async handleConnection(client: SocketClient, request: IncomingMessage): Promise<void> {
    const isSocketIo = 'disconnect' in client;
    const handshake = isSocketIo ? undefined : request;
    await this.sessions.connect(client, handshake);
    await this.adminSessions.connect(client, handshake, { onEnd: () => tell(client, 'no operator any more', '') });
    tell(client, 'hello', '');
  }

  @SubscribeMessage('both')
  @UseGuards(OperatorsOnly)
  both(
    @Session() session: Session<Shop>,
    @Session({ name: 'admin' }) admin: Session<{ operator: string; seen: number }>,
  ) {
    session.set('cart', ['by an operator']);
    admin.set('seen', admin.get('seen', 0) + 1);
    return { event: 'who', data: [session.get('user'), admin.get('operator'), admin.get('seen')] };
  }

  @SubscribeMessage('who')
  who(@Session({ name: 'admin', key: 'operator' }) operator: string | undefined) {
    return { event: 'who', data: operator ?? 'nobody' };
  }

  @SubscribeMessage('nobody')
  nobody(@Session({ name: 'nobody' }) session: Session) {
    return session;
  }
}

for (const transport of transports.filter(({ name }) => name.includes('Express'))) {
  describe(`several sessions of one socket: ${transport.name}`, () => {
    const scene = sceneOf(transport, {
      providers: [OfficeGateway, OperatorsOnly],
      imports: (engine) => [
        SessionsModule.forRoot({
          name: 'admin',
          secretKey: SECRET,
          clearSessions: false,
          engine,
          cookieName: 'adminid',
        }),
      ],
    });

    test('each handler gets those it asks for, and both are saved', async () => {
      await becomeOperator(scene);
      const peer = await scene.open();
      peer.send('both');
      expect(await peer.next('who')).toEqual(['ann', 'root', 1]);
      peer.send('both');
      expect(await peer.next('who')).toEqual(['ann', 'root', 2]);
      expect(await scene.cart()).toEqual(['by an operator']);
    });

    test('a guard asks the service of its name', async () => {
      const peer = await scene.open();
      peer.send('both');
      expect(await peer.next('exception')).toMatchObject({ message: 'Forbidden resource' });
    });

    test('each ends by itself', async () => {
      const operator = await becomeOperator(scene);
      const peer = await scene.open();
      await peer.next('hello');
      await operator.flush();
      await peer.next('no operator any more');
      peer.send('who');
      expect(await peer.next('who')).toBe('nobody');
      await scene.post('/logout');
      expect(await peer.closed).toBe(transport.ended);
    });

    test('a name that the socket was not connected to is an error that says how', async () => {
      const peer = await scene.open();
      await peer.next('hello');
      peer.send('nobody');
      expect(await peer.next('exception')).toMatchObject({ message: 'Internal server error' });
      expect(scene.journal.lines).toEqual([
        expect.stringContaining("`await sessions (@InjectSessions('nobody')).connect(client, request)`"),
      ]);
    });
  });
}

async function becomeOperator(scene: Scene) {
  const sessions = scene.app.get<SessionsService>(getSessionsToken('admin'));
  const session = await sessions.open<{ operator: string }>();
  session.set('operator', 'root');
  await session.save();
  scene.visitor.cookies.set('adminid', session.sessionKey!);
  return session;
}
