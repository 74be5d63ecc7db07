import assert from 'node:assert/strict';

const COOKIE = /^(sessionid=[a-z0-9]{32}); expires=.*; HttpOnly; Max-Age=1209600; Path=\/; SameSite=Lax$/;

/** The README's example over HTTP: a visitor's second request sees what the first one left. Answers the session key. */
export async function checkCart(url) {
  const first = await fetch(`${url}/cart/apple`, { method: 'POST' });
  assert.equal(first.status, 201);
  assert.deepEqual(await first.json(), ['apple']);
  const setCookie = first.headers.get('set-cookie');
  assert.match(setCookie, COOKIE);
  const [, cookie] = COOKIE.exec(setCookie);

  const second = await fetch(`${url}/cart/pear`, { method: 'POST', headers: { cookie } });
  assert.deepEqual(await second.json(), ['apple', 'pear']);
  const shown = await fetch(`${url}/cart`, { headers: { cookie } });
  assert.deepEqual(await shown.json(), ['apple', 'pear']);
  const stranger = await fetch(`${url}/cart`);
  assert.deepEqual(await stranger.json(), []);
  assert.equal(stranger.headers.get('set-cookie'), null);
  return cookie.slice('sessionid='.length);
}
