import type { IncomingMessage } from 'node:http';
import { type OnGatewayConnection, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { InjectSessions, Session, SessionsService } from 'nestjs-django-sessions';
import type { WebSocket } from 'ws';
import type { Chat } from './chat.gateway.js';

@WebSocketGateway()
export class SupportGateway implements OnGatewayConnection {
  constructor(
    private readonly sessions: SessionsService,
    @InjectSessions('admin') private readonly adminSessions: SessionsService,
  ) {}

  async handleConnection(client: WebSocket, request: IncomingMessage) {
    await this.sessions.connect<Chat>(client, request);
    await this.adminSessions.connect<{ operator: string }>(client, request);
  }

  @SubscribeMessage('who')
  who(@Session('user') user: string, @Session({ name: 'admin', key: 'operator' }) operator: string) {
    return { event: 'who', data: { user, operator } };
  }
}
