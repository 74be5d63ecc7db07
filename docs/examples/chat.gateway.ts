import type { IncomingMessage } from 'node:http';
import { UseGuards } from '@nestjs/common';
import { MessageBody, type OnGatewayConnection, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { Session, SessionsService } from 'nestjs-django-sessions';
import type { WebSocket } from 'ws';
import { SignedInGuard } from './signed-in.guard.js';

export interface Chat {
  user: string;
  rooms: string[];
}

@WebSocketGateway()
@UseGuards(SignedInGuard) // before each message
export class ChatGateway implements OnGatewayConnection {
  constructor(private readonly sessions: SessionsService) {}

  async handleConnection(client: WebSocket, request: IncomingMessage) {
    const session = await this.sessions.connect<Chat>(client, request); // from the handshake's cookie
    if (!session.has('user')) client.close(4401, 'log in first');
  }

  @SubscribeMessage('join')
  join(@Session() session: Session<Chat>, @MessageBody() room: string) {
    session.setDefault('rooms', []).push(room);
    return { event: 'rooms', data: session.data.rooms };
  }

  @SubscribeMessage('here')
  here(@Session() session: Session<Chat>) {
    session.modified = true; // saved as it is, which renews its age
  }
}
