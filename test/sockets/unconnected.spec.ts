import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { Session } from 'nestjs-django-sessions';
import { WebSocket } from 'ws';
import { sceneOf } from './support/scene.js';
import { transports } from './support/transport.js';

@WebSocketGateway()
class ForgetfulGateway {
  @SubscribeMessage('read')
  read(@Session('user') user: string) {
    return { event: 'user', data: user };
  }
}

describe.each(transports.filter(({ name }) => name.includes('Express')))('$name', (transport) => {
  const scene = sceneOf(transport, { providers: [ForgetfulGateway] });

  test('a socket that was never connected to a session: an error says how', async () => {
    const peer = await scene.open();
    peer.send('read');
    expect(await peer.next('exception')).toMatchObject({ message: 'Internal server error' });
    expect(scene.journal.lines).toEqual([
      expect.stringContaining('This socket is not connected to a session: `await sessions.connect(client, request)`'),
    ]);
  });
});

describe('connect', () => {
  const scene = sceneOf(transports[0]!, { providers: [ForgetfulGateway] });

  test('wants the request of a socket of ws, and says so', async () => {
    const socket = new WebSocket(scene.url.replace('http', 'ws'));
    await once(socket, 'open');
    await expect(scene.sessions.connect(socket)).rejects.toThrow(
      new TypeError(
        'connect(client, request) needs the request: a socket of ws does not know its handshake, and handleConnection(client, request) is handed it.',
      ),
    );
    socket.close();
  });

  test('keeps nothing of a socket that has closed already', async () => {
    const socket = new WebSocket(scene.url.replace('http', 'ws'));
    await once(socket, 'open');
    socket.close();
    await once(socket, 'close');
    const session = await scene.sessions.connect<{ user: string }>(socket, { headers: { cookie: scene.cookie } });
    expect(session.get('user')).toBe('ann');
    expect(scene.watch.size).toBe(0);
  });
});
