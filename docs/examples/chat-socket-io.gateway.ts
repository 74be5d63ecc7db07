import {
  ConnectedSocket,
  type OnGatewayConnection,
  type OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { Session, SessionsService } from 'nestjs-django-sessions';
import type { Server, Socket } from 'socket.io';
import type { Chat } from './chat.gateway.js';

@WebSocketGateway()
export class ChatGateway implements OnGatewayInit, OnGatewayConnection {
  constructor(private readonly sessions: SessionsService) {}

  afterInit(server: Server) {
    server.use(async (socket, next) => {
      try {
        const session = await this.sessions.fromCookieHeader<Chat>(socket.handshake.headers.cookie);
        next(session.has('user') ? undefined : new Error('log in first'));
      } catch {
        next(new Error('try again later'));
      }
    });
  }

  async handleConnection(client: Socket) {
    const session = await this.sessions.connect<Chat>(client, undefined, {
      onEnd: () => client.emit('logged out'), // in place of disconnect(true)
    });
    client.data = { session };
  }

  @SubscribeMessage('rooms')
  async rooms(@ConnectedSocket() client: Socket<any, any, any, { session: Session<Chat> }>) {
    const session = await client.data.session.reload(); // as it is in the store now
    return { event: 'rooms', data: session.get('rooms', []) };
  }
}
