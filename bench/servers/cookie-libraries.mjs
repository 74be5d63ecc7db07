import { startApplication } from './application.mjs';
import { payloadOf } from './payload.mjs';
import { controllerOf, plainHandlers, take } from './routes.mjs';

const AGE = 1_209_600;
const SECRET = 'a secret of more than thirty-two characters';

/** cookie-session: the session is in the cookie, signed by keygrip. It has no key to change. */
export function cookieSession() {
  const session = take.session();
  const login = [
    [session],
    (data) => {
      data.user = 42;
      return { n: ++data.n };
    },
  ];
  const prepare = async (application) => {
    const { default: plugin } = await import('cookie-session');
    application.use(plugin({ name: 'sessionid', keys: [SECRET], maxAge: AGE * 1000, sameSite: 'lax' }));
  };
  return startApplication({
    platform: 'express',
    controller: controllerOf(plainHandlers({ session, login })),
    prepare,
  });
}

/** iron-session: the session is in the cookie, sealed; a route that wants it unseals it. */
export async function ironSession() {
  const { getIronSession } = await import('iron-session');
  const options = {
    cookieName: 'sessionid',
    password: SECRET,
    ttl: AGE,
    cookieOptions: { secure: false, sameSite: 'lax' },
  };
  const both = [take.request(), take.response()];
  const change = (apply) => async (request, response, size) => {
    const data = await getIronSession(request, response, options);
    apply(data, size);
    await data.save();
    return { n: data.n };
  };
  const controller = controllerOf({
    read: [
      both,
      async (request, response) => {
        const { n } = await getIronSession(request, response, options);
        return { n };
      },
    ],
    write: [both, change((data) => data.n++)],
    login: [
      both,
      change((data) => {
        data.n++;
        data.user = 42;
      }),
    ],
    seed: [
      [...both, take.size()],
      change((data, size) => Object.assign(data, { n: 0, payload: payloadOf(Number(size)) })),
    ],
  });
  return startApplication({ platform: 'express', controller });
}
