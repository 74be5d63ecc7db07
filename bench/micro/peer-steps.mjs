import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { dump, load } from '../servers/django-bytes.mjs';

const require = createRequire(import.meta.url);
const SECRET = 'a secret of more than thirty-two characters';

/** The least that each step can be. */
export function bareSteps(data) {
  const encoded = dump(data);
  return {
    'bare: JSON.stringify': () => JSON.stringify(data),
    'bare: encode and sign': () => dump(data),
    'bare: verify and decode': () => load(encoded),
    'bare: randomBytes(16) in hex': () => randomBytes(16).toString('hex'),
  };
}

/** The same steps of the peers, by their own code where they export it. */
export async function peerSteps(data) {
  return { ...expressSteps(data), ...fastifySteps(data), ...cookieSessionSteps(data), ...(await ironSteps(data)) };
}

function expressSteps(data) {
  const ofExpress = createRequire(require.resolve('express-session'));
  const uid = ofExpress('uid-safe').sync;
  const { sign, unsign } = ofExpress('cookie-signature');
  const session = { cookie: { originalMaxAge: 1, httpOnly: true }, ...data };
  const id = uid(24);
  const signed = sign(id, SECRET);
  return {
    // Its own function, word for word; it is not exported. Done two to four times in a request.
    'express-session: hash of a session': () => {
      const text = JSON.stringify(session, function (key, value) {
        if (this === session && key === 'cookie') return;
        return value;
      });
      return createHash('sha1').update(text, 'utf8').digest('hex');
    },
    'express-session: sign a key': () => sign(id, SECRET),
    'express-session: verify a key': () => unsign(signed, SECRET),
    'express-session: a new key (uid-safe)': () => uid(24),
  };
}

function fastifySteps(data) {
  const ofFastify = createRequire(require.resolve('@fastify/session'));
  const stringify = ofFastify('safe-stable-stringify').configure({ bigint: false });
  const newId = ofFastify('./lib/idGenerator.js')();
  const signer = new (require('@fastify/cookie').Signer)(SECRET);
  const id = newId();
  const signed = signer.sign(id);
  return {
    '@fastify/session: hash of a session': () =>
      createHash('sha256')
        .update(stringify(data, (_, value) => value))
        .digest('hex'),
    '@fastify/session: sign a key': () => signer.sign(id),
    '@fastify/session: verify a key': () => signer.unsign(signed),
    '@fastify/session: a new key': () => newId(),
  };
}

function cookieSessionSteps(data) {
  const Keygrip = require('keygrip');
  const keys = new Keygrip([SECRET]);
  const encode = () => Buffer.from(JSON.stringify(data)).toString('base64');
  const value = encode();
  const signature = keys.sign(value);
  return {
    'cookie-session: encode and sign': () => keys.sign(encode()),
    'cookie-session: verify and decode': () =>
      keys.verify(value, signature) && JSON.parse(Buffer.from(value, 'base64').toString('utf8')),
  };
}

async function ironSteps(data) {
  const { sealData, unsealData } = await import('iron-session');
  const password = SECRET;
  const sealed = await sealData(data, { password });
  return {
    'iron-session: seal': () => sealData(data, { password }),
    'iron-session: unseal': () => unsealData(sealed, { password }),
  };
}
