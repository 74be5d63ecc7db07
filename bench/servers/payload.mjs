import { createHash } from 'node:crypto';

/**
 * What a session holds beside its counter, about so many bytes of JSON: what Django keeps of a login, and a
 * cart with names, dates and prices, as sessions are. The same for every contender.
 */
export function payloadOf(bytes) {
  const payload = {
    _auth_user_id: '4711',
    _auth_user_backend: 'django.contrib.auth.backends.ModelBackend',
    _auth_user_hash: createHash('sha256').update('a password').digest('hex'),
    cart: [],
  };
  for (let index = 0; JSON.stringify(payload).length + LINE.length <= bytes; index++) payload.cart.push(line(index));
  return payload;
}

function line(index) {
  return {
    sku: `SKU-${1000 + index}`,
    title: `Notebook No. ${index}, ruled`,
    price: 1295 + index,
    weight: 0.25,
    added: '2026-05-01T09:30:00+00:00',
    gift: index % 3 === 0,
  };
}

const LINE = JSON.stringify(line(0));
