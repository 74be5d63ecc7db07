import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { Query, Resolver } from '@nestjs/graphql';
import { Session, SessionsModule } from 'nestjs-django-sessions';
import type { WebSocket } from 'ws';
import { SECRET } from '../support/application.js';
import { graphqlSceneOf, platforms } from './support/scene.js';

describe.each(platforms)('GraphQL over a socket on $name', (platform) => {
  const scene = graphqlSceneOf(platform);

  test('a subscription has the session of the handshake', async () => {
    const asked = await scene.engine.during(async () => {
      expect(await scene.first('subscription { users }')).toEqual({ data: { users: 'ann' } });
    });
    expect(asked).toEqual(['load']);
  });

  test.each([
    ['without a cookie', ''],
    ['with a made-up key', `sessionid=${'x'.repeat(32)}`],
  ])('%s it has an empty one', async (_, cookie) => {
    expect((await scene.first('subscription { users }', scene.client(cookie))).data.users).toBe('nobody');
  });

  test('a guard of a subscription has it, too, and shares it', async () => {
    const asked = await scene.engine.during(async () => {
      expect((await scene.first('subscription { secrets }')).data.secrets).toBe('ann');
    });
    expect(asked).toEqual(['load']);
    expect((await scene.first('subscription { secrets }', scene.client(''))).errors[0].message).toBe(
      'Forbidden resource',
    );
  });

  test('each operation of a socket loads it anew', async () => {
    const client = scene.client();
    expect((await scene.first('{ cart }', client)).data.cart).toEqual([]);
    await scene.ask('mutation { add(item: "pear") }');
    expect((await scene.first('{ cart }', client)).data.cart).toEqual(['pear']);
  });

  test('what a mutation changes over the socket is saved', async () => {
    const asked = await scene.engine.during(async () => {
      expect((await scene.first('mutation { add(item: "fig") }')).data.add).toEqual(['fig']);
    });
    expect(asked).toEqual(['load', 'save']);
    expect(await scene.cart()).toEqual(['fig']);
  });

  test('resolvers that run at the same time share one session, and no change is lost', async () => {
    const { data } = await scene.first('{ a: visit b: visit c: visit }');
    expect(Object.values(data).sort()).toEqual([1, 2, 3]);
    expect((await scene.ask('{ visit }')).body.data.visit).toBe(4);
  });

  test('what a resolver changed before it threw is kept, as over HTTP', async () => {
    expect((await scene.first('mutation { fail }')).errors[0].message).toBe('not today');
    expect(await scene.cart()).toEqual(['before it failed']);
  });

  test('a log-in whose key could not be changed leaves nothing under the old one', async () => {
    scene.engine.failing = 'cycle';
    const { errors } = await scene.first('mutation { logIn(user: "bob") }');
    expect(errors[0].message).toBe('The session store is unavailable.');
    expect((await scene.ask('{ account { name } }')).body.data.account.name).toBe('ann');
  });

  test('a store that fails is an error of the operation, and the socket stays', async () => {
    const client = scene.client();
    scene.engine.isDown = true;
    expect((await scene.first('{ cart }', client)).errors[0].message).toBe('The session store is unavailable.');
    scene.engine.isDown = false;
    expect((await scene.first('{ cart }', client)).data.cart).toEqual([]);
  });

  test('a change meets a session that was ended meanwhile: an error of the operation', async () => {
    const { release, reached } = scene.engine.hold('save');
    const answer = scene.first('mutation { add(item: "pear") }');
    await reached;
    await scene.ask('mutation { logOut }');
    release();
    expect((await answer).errors[0].message).toMatch(/^The request's session was deleted/);
  });

  test('a session that no cookie names is not kept, and one warning says so', async () => {
    const client = scene.client('');
    for (let n = 0; n < 2; n++) {
      expect((await scene.first('mutation { add(item: "pear") }', client)).data.add).toEqual(['pear']);
    }
    expect(scene.journal.lines).toEqual([expect.stringMatching(/^warn A session was changed over a socket/)]);
    expect(scene.engine.asked).toEqual([]);
  });
});

describe.each(platforms)('a socket that is connected to its session on $name', (platform) => {
  const scene = graphqlSceneOf(platform, {
    config: (sessions) => ({
      subscriptions: {
        'graphql-ws': {
          onConnect: async ({ extra }) => {
            const { socket, request } = extra as { socket: WebSocket; request: IncomingMessage };
            return (await sessions.connect<{ user: string }>(socket, request)).has('user');
          },
        },
      },
    }),
  });

  test('closes when the session ends', async () => {
    const closed = new Promise((resolve) => {
      const client = scene.client(undefined, { closed: resolve });
      scene.first('subscription { users }', client).catch(() => {});
    });
    await scene.engine.reaches('loaded');
    await scene.ask('mutation { logOut }');
    expect(await closed).toMatchObject({ code: 4401, reason: 'session ended' });
  });

  test('closes where the store fails', async () => {
    scene.engine.isDown = true;
    const closed = new Promise((resolve) => {
      scene.first('{ cart }', scene.client(undefined, { closed: resolve })).catch(() => {});
    });
    expect(await closed).toMatchObject({ code: 1013, reason: 'try again later' });
  });

  test('is refused by onConnect', async () => {
    const closed = new Promise((resolve) => {
      scene.first('{ cart }', scene.client('', { closed: resolve })).catch(() => {});
    });
    expect(await closed).toMatchObject({ code: 4403, reason: 'Forbidden' });
  });
});

@Resolver()
class OfficeResolver {
  @Query(() => String)
  operator(@Session({ name: 'admin', key: 'operator' }) operator: string | undefined): string {
    return operator ?? 'nobody';
  }

  @Query(() => String)
  stranger(@Session({ name: 'stranger' }) session: Session): string {
    return String(session);
  }
}

describe.each([
  ['as Nest makes it', () => ({})],
  ['that hands on the handshake', () => ({ context: ({ req, extra }: any) => ({ req: req ?? extra.request }) })],
  ['that has members of its own', () => ({ context: () => ({ shop: 'ours' }) })],
])('a context %s', (_, config) => {
  const scene = graphqlSceneOf(platforms[0]!, {
    config,
    providers: [OfficeResolver],
    imports: (engine) => [
      SessionsModule.forRoot({ name: 'admin', secretKey: SECRET, clearSessions: false, engine, cookieName: 'adminid' }),
    ],
  });

  test('finds the session of the handshake, and of the request', async () => {
    expect((await scene.first('subscription { users }')).data.users).toBe('ann');
    expect((await scene.ask('{ account { name } }')).body.data.account.name).toBe('ann');
  });

  test('finds the session of a name', async () => {
    expect((await scene.first('{ operator }')).data.operator).toBe('nobody');
  });

  test('a name that no module has is an error that says so', async () => {
    expect((await scene.first('{ stranger }')).errors[0].message).toContain(
      'This GraphQL operation has no session named "stranger"',
    );
  });
});
