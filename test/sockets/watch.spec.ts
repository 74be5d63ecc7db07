import { describe, expect, test } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type OnGatewayConnection, type OnGatewayDisconnect, WebSocketGateway } from '@nestjs/websockets';
import { SessionsService, type SocketClient } from 'nestjs-django-sessions';
import { SESSION_STORE, SESSION_WATCH_EVERY } from '../../libs/sessions/src/nest/sessions.constants.js';
import { SessionWatch } from '../../libs/sessions/src/nest/session-watch.js';
import { Visitor } from '../support/browserlike.js';
import { tell } from './support/cart.gateway.js';
import type { Peer } from './support/peer.js';
import { type Scene, sceneOf } from './support/scene.js';
import { transports } from './support/transport.js';

const [ws] = transports;

@WebSocketGateway()
class GreetingGateway implements OnGatewayConnection, OnGatewayDisconnect {
  onEnd: ((client: SocketClient) => unknown) | null = null;
  latest: WeakRef<object> | null = null;
  #left: () => void = () => {};

  constructor(private readonly sessions: SessionsService) {}

  async handleConnection(client: SocketClient, request: IncomingMessage): Promise<void> {
    const { onEnd } = this;
    this.latest = new WeakRef(client);
    await this.sessions.connect(client, request, onEnd ? { onEnd: () => onEnd(client) } : {});
    tell(client, 'hello', '');
  }

  handleDisconnect(): void {
    this.#left();
  }

  hasLeft(): Promise<void> {
    return new Promise((resolve) => (this.#left = resolve));
  }
}

const parts = { providers: [GreetingGateway] };

const userOf = (data: Record<string, unknown>) => (typeof data['user'] === 'string' ? data['user'] : null);

async function connected(scene: Scene, cookie?: string): Promise<Peer> {
  const peer = await scene.open(cookie);
  await peer.next('hello');
  return peer;
}

async function anotherVisitor(scene: Scene): Promise<string> {
  const visitor = new Visitor(scene.url);
  await visitor.post('/cart', { headers: { 'content-type': 'application/json' }, body: '{"item":"fig"}' });
  return `sessionid=${visitor.cookies.get('sessionid')}`;
}

describe('looking for sessions that have ended', () => {
  const scene = sceneOf(ws!, parts);

  test('asks the store once for each session, however many sockets have it', async () => {
    await Promise.all([connected(scene), connected(scene), connected(scene, await anotherVisitor(scene))]);
    expect(scene.watch.size).toBe(3);
    expect(await scene.engine.during(() => scene.sessions.checkSockets())).toEqual(['load', 'load']);
  });

  test('asks for a few at a time', async () => {
    const cookies = [];
    for (let n = 0; n < 45; n++) cookies.push(await anotherVisitor(scene));
    await Promise.all(cookies.map((cookie) => connected(scene, cookie)));
    const first = scene.engine.hold('load');
    scene.engine.asked.length = 0;
    const check = scene.sessions.checkSockets();
    await first.reached;
    await new Promise(setImmediate);
    expect(scene.engine.asked).toHaveLength(20);
    first.release();
    await check;
    expect(scene.engine.asked).toHaveLength(45);
  });

  test('ends nobody where the store fails, and logs an outage once', async () => {
    await connected(scene);
    scene.engine.isDown = true;
    await scene.sessions.checkSockets();
    await scene.sessions.checkSockets();
    const line = expect.stringMatching(/^error Which sessions .* The session store failed at load. connection lost$/);
    expect(scene.journal.lines).toEqual([line]);
    expect(scene.watch.size).toBe(1);
    scene.engine.isDown = false;
    await scene.sessions.checkSockets();
    expect(scene.watch.size).toBe(1);
    scene.engine.isDown = true;
    await scene.sessions.checkSockets();
    expect(scene.journal.lines).toEqual([line, line]);
    expect(scene.journal.lines.join()).not.toContain(scene.visitor.cookies.get('sessionid'));
  });

  test('asks nothing, and has no timer, while nobody has a socket', async () => {
    expect(scene.watch.isWatching).toBe(false);
    expect(scene.app.get(SESSION_STORE).onEnded).toBeNull();
    expect(await scene.engine.during(() => scene.sessions.checkSockets())).toEqual([]);
    await connected(scene);
    expect(scene.watch.isWatching).toBe(true);
    expect(scene.app.get(SESSION_STORE).onEnded).not.toBeNull();
  });

  test('does not keep the process alive', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const watch = new SessionWatch(scene.app.get(SESSION_STORE), 60);
    const before = timers();
    watch.watch('x'.repeat(32), () => {});
    expect(watch.isWatching).toBe(true);
    expect(timers()).toBe(before);
    watch.onModuleDestroy();
  });
});

describe('onEnd', () => {
  const scene = sceneOf(ws!, parts);

  test('is called once in place of closing the socket', async () => {
    let calls = 0;
    scene.app.get(GreetingGateway).onEnd = (client) => tell(client, 'ended', ++calls);
    const peer = await connected(scene);
    const other = await scene.another();
    await other.post('/logout');
    await Promise.all([scene.sessions.checkSockets(), scene.sessions.checkSockets()]);
    await scene.post('/logout');
    expect(await peer.next('ended')).toBe(1);
    expect(scene.watch.size).toBe(0);
    await scene.sessions.checkSockets();
    await new Promise(setImmediate);
    expect(calls).toBe(1);
    // Still open: the server closes it when the application says so.
    const left = scene.app.get(GreetingGateway).hasLeft();
    await peer.close();
    await left;
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no such room');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no such room'))],
  ])('that %s disturbs nobody, and is logged', async (_, onEnd) => {
    scene.app.get(GreetingGateway).onEnd = onEnd;
    await connected(scene);
    expect((await scene.post('/logout')).status).toBe(201);
    await new Promise(setImmediate);
    expect(scene.journal.lines).toEqual([expect.stringContaining('error onEnd of a socket failed')]);
  });
});

describe('a socket that has closed', () => {
  const scene = sceneOf(ws!, parts);

  test('is not held by anything of ours', async () => {
    const gateway = scene.app.get(GreetingGateway);
    const first = await connected(scene);
    const gone = gateway.latest!;
    // Nest itself holds the socket that was opened last, and the one that was closed last.
    for (const peer of [first, await connected(scene)]) {
      const left = gateway.hasLeft();
      await peer.close();
      await left;
    }
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    for (let round = 0; round < 10 && gone.deref(); round++) {
      await new Promise(setImmediate);
      collectGarbage();
    }
    expect(gone.deref() === undefined).toBe(true);
  });
});

describe('the timer', () => {
  const scene = sceneOf(ws!, { ...parts, overrides: { [SESSION_WATCH_EVERY]: 0.005 } });

  test('finds what has ended elsewhere, again and again', async () => {
    for (let round = 0; round < 2; round++) {
      await scene.before();
      const other = await scene.another();
      const peer = await connected(scene);
      // It has looked before, and found the session there.
      await scene.engine.reaches('loaded');
      await scene.engine.reaches('loaded');
      await other.post('/logout');
      expect(await peer.closed).toBe('4401 session ended');
    }
  });
});

describe('an application that closes', () => {
  const scene = sceneOf(ws!, parts);

  test('closes its sockets and looks for nothing any more, not even where it was about to', async () => {
    const cookies = [];
    for (let n = 0; n < 25; n++) cookies.push(await anotherVisitor(scene));
    await Promise.all(cookies.map((cookie) => connected(scene, cookie)));
    scene.engine.asked.length = 0;
    const { release, reached } = scene.engine.hold('load');
    const check = scene.sessions.checkSockets();
    await reached;
    const { watch } = scene;
    await scene.app.close();
    expect([watch.size, watch.isWatching]).toEqual([0, false]);
    release();
    await check;
    expect(scene.engine.asked).toHaveLength(20);
    watch.watch('x'.repeat(32), () => {});
    expect([watch.size, watch.isWatching]).toEqual([0, false]);
  });
});

describe.each(['signed_cookies', 'encrypted_cookies'])('sessions in cookies: %s', (engine) => {
  const scene = sceneOf(ws!, { ...parts, options: { engine } });

  test('end for a socket by their age alone', async () => {
    const peer = await connected(scene);
    expect(scene.watch.size).toBe(1);
    await scene.post('/logout');
    await scene.sessions.checkSockets();
    expect(scene.watch.size).toBe(1);
    scene.clock.seconds += 1_209_601;
    await scene.sessions.checkSockets();
    expect(await peer.closed).toBe('4401 session ended');
  });
});

describe('logging a user out everywhere', () => {
  const scene = sceneOf(ws!, { ...parts, options: { engine: 'cache', userSessions: { userOf } } });

  test('closes the sockets of all their sessions at once', async () => {
    const first = await connected(scene);
    await scene.before();
    const second = await connected(scene);
    await scene.sessions.ofUser('ann').endAll();
    expect(await Promise.all([first.closed, second.closed])).toEqual(['4401 session ended', '4401 session ended']);
  });
});

describe('logging a user out everywhere whose sessions are in cookies', () => {
  const scene = sceneOf(ws!, { ...parts, options: { engine: 'signed_cookies', userSessions: { userOf } } });

  test('is found when the sessions are looked for', async () => {
    const peer = await connected(scene);
    await scene.sessions.ofUser('ann').endAll();
    await scene.sessions.checkSockets();
    expect(await peer.closed).toBe('4401 session ended');
  });
});
