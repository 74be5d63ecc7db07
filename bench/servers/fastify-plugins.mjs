import { startApplication } from './application.mjs';
import { payloadOf } from './payload.mjs';
import { controllerOf, plainHandlers, take } from './routes.mjs';

const AGE = 1_209_600;
const SECRET = 'a secret of more than thirty-two characters';

/** @fastify/session with connect-redis, told to save nothing that was not changed. */
export function fastifySession(_, { redis }) {
  const controller = controllerOf(
    plainHandlers({
      login: [
        [take.request()],
        async (request) => {
          const { n, payload } = request.session;
          await request.session.regenerate();
          Object.assign(request.session, { n: n + 1, payload, user: 42 });
          return { n: n + 1 };
        },
      ],
    }),
  );
  const prepare = async (application) => {
    const { Redis } = await import('ioredis');
    const { RedisStore } = await import('connect-redis');
    await application.register((await import('@fastify/cookie')).default);
    await application.register((await import('@fastify/session')).default, {
      store: new RedisStore({ client: new Redis(redis), prefix: 'fastify:', ttl: AGE }),
      secret: SECRET,
      cookieName: 'sessionid',
      saveUninitialized: false,
      rolling: false,
      cookie: { secure: false, maxAge: AGE * 1000, sameSite: 'lax' },
    });
  };
  return startApplication({ platform: 'fastify', controller, prepare });
}

/** @fastify/secure-session: the session is in the cookie, encrypted by libsodium. */
export function secureSession() {
  const session = take.session();
  const controller = controllerOf({
    read: [[session], (data) => ({ n: data.get('n') })],
    write: [[session], (data) => advance(data)],
    login: [
      [session],
      (data) => {
        data.regenerate(['n', 'payload']);
        data.set('user', 42);
        return advance(data);
      },
    ],
    seed: [
      [session, take.size()],
      (data, size) => {
        data.set('payload', payloadOf(Number(size)));
        data.set('n', 0);
        return { n: 0 };
      },
    ],
  });
  const prepare = async (application) => {
    await application.register((await import('@fastify/secure-session')).default, {
      key: Buffer.alloc(32, SECRET),
      cookieName: 'sessionid',
      expiry: AGE,
      cookie: { path: '/', httpOnly: true, maxAge: AGE, sameSite: 'lax' },
    });
  };
  return startApplication({ platform: 'fastify', controller, prepare });
}

function advance(data) {
  const n = data.get('n') + 1;
  data.set('n', n);
  return { n };
}
