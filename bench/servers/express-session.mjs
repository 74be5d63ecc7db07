import { startApplication } from './application.mjs';
import { controllerOf, plainHandlers, take } from './routes.mjs';

const AGE = 1_209_600;

/** express-session as its documentation advises: nothing is saved that was not changed. */
export async function expressSession({ store }, settings) {
  const { default: session } = await import('express-session');
  const controller = controllerOf(
    plainHandlers({
      login: [
        [take.request()],
        async (request) => {
          const { cookie: _, ...data } = request.session;
          await new Promise((resolve, reject) =>
            request.session.regenerate((error) => (error ? reject(error) : resolve())),
          );
          Object.assign(request.session, data, { user: 42 });
          return { n: ++request.session.n };
        },
      ],
    }),
  );
  const prepare = async (application) => {
    application.use(
      session({
        store: await STORES[store](settings, session),
        secret: 'a secret of more than thirty-two characters',
        name: 'sessionid',
        resave: false,
        saveUninitialized: false,
        cookie: { maxAge: AGE * 1000, sameSite: 'lax' },
      }),
    );
  };
  return startApplication({ platform: 'express', controller, prepare });
}

const STORES = {
  async redis({ redis }) {
    const { Redis } = await import('ioredis');
    const { RedisStore } = await import('connect-redis');
    return new RedisStore({ client: new Redis(redis), prefix: 'express:', ttl: AGE });
  },

  async postgres({ postgres }, session) {
    const { Pool } = (await import('pg')).default;
    const { default: connect } = await import('connect-pg-simple');
    const PgStore = connect(session);
    const pool = new Pool({ connectionString: postgres, max: 10 });
    return new PgStore({ pool, createTableIfMissing: true, ttl: AGE });
  },

  async memory(_, session) {
    const { default: make } = await import('memorystore');
    return new (make(session))({ checkPeriod: 86_400_000 });
  },

  async file({ folder }, session) {
    const { default: make } = await import('session-file-store');
    return new (make(session))({ path: folder, ttl: AGE, logFn() {} });
  },
};
