import { describe, expect, test } from '@jest/globals';
import { cartParts } from './support/cart.gateway.js';
import { type Scene, sceneOf } from './support/scene.js';
import { transports } from './support/transport.js';

const [ws] = transports;
const DAY = 86_400;

/** Whether the session is there when its first age is over, after a message that only reads, a day before that. */
async function isRenewed(scene: Scene): Promise<boolean> {
  const peer = await scene.open();
  await peer.next('hello');
  scene.clock.seconds += 13 * DAY;
  peer.send('read');
  await peer.next('cart');
  scene.clock.seconds += 2 * DAY;
  const session = await scene.sessions.fromCookieHeader(scene.cookie);
  return session.sessionKey !== null;
}

describe.each([
  ['by default', {}, false],
  ['with touchEvery', { touchEvery: DAY }, true],
  ['with saveEveryRequest', { saveEveryRequest: true }, true],
])('a message that only reads, %s', (_, options, expected) => {
  const scene = sceneOf(ws!, { ...cartParts, options });

  test(`${expected ? 'renews' : 'does not renew'} the age of the session`, async () => {
    expect(await isRenewed(scene)).toBe(expected);
  });
});

describe.each(['signed_cookies', 'encrypted_cookies'])('a session in a cookie: %s', (engine) => {
  const scene = sceneOf(ws!, { ...cartParts, options: { engine, saveEveryRequest: true } });

  test('can be read over a socket; what is changed is not kept, and a warning says so', async () => {
    await scene.post('/cart', { item: 'pear' });
    const peer = await scene.open();
    peer.send('read');
    expect(await peer.next('cart')).toEqual(['pear']);
    expect(scene.journal.lines).toEqual([]);
    peer.send('add', 'fig');
    expect(await peer.next('cart')).toEqual(['pear', 'fig']);
    peer.send('read');
    expect(await peer.next('cart')).toEqual(['pear']);
    expect(scene.journal.lines).toEqual([expect.stringMatching(/^warn A session was changed over a socket/)]);
  });

  test.each([
    ['that has ended', () => scene.cookie],
    ['that is not one of ours', () => 'sessionid=not-one-of-ours'],
  ])('%s is none: the socket is not closed for it', async (_, cookie) => {
    scene.clock.seconds += 15 * DAY;
    const peer = await scene.open(cookie());
    await peer.next('hello');
    expect(scene.watch.size).toBe(0);
    peer.send('read');
    expect(await peer.next('cart')).toEqual([]);
  });
});

describe('a session that is overwritten', () => {
  const scene = sceneOf(ws!, { ...cartParts, options: { concurrency: 'overwrite' } });

  test('and was ended meanwhile closes the socket, too', async () => {
    const other = await scene.another();
    const peer = await scene.open();
    const { release, reached } = scene.engine.hold('save');
    peer.send('add', 'pear');
    await reached;
    await other.post('/logout');
    release();
    expect(await peer.closed).toBe('4401 session ended');
  });
});
