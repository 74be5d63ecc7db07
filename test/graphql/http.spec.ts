import { describe, expect, test } from '@jest/globals';
import { Visitor } from '../support/browserlike.js';
import { graphqlSceneOf, platforms } from './support/scene.js';

describe.each(platforms)('GraphQL by HTTP on $name', (platform) => {
  const scene = graphqlSceneOf(platform);

  test('queries and mutations have the session of the request', async () => {
    expect((await scene.ask('mutation { add(item: "pear") }')).body).toEqual({ data: { add: ['pear'] } });
    expect(await scene.cart()).toEqual(['pear']);
  });

  test('an operation that asks for no session asks no store', async () => {
    const asked = await scene.engine.during(() => scene.ask('{ nothing }'));
    expect(asked).toEqual([]);
  });

  test('a first change hands out a cookie, and the next operation finds it', async () => {
    scene.visitor = new Visitor(scene.visitor.url);
    await scene.ask('mutation { add(item: "fig") }');
    expect(scene.visitor.cookies.has('sessionid')).toBe(true);
    expect(await scene.cart()).toEqual(['fig']);
  });

  test('resolvers that run at the same time share one session: one load, and one save', async () => {
    const asked = await scene.engine.during(async () => {
      const { body } = await scene.ask('{ a: visit b: visit c: visit account { name } }');
      expect(Object.values(body.data).slice(0, 3).sort()).toEqual([1, 2, 3]);
    });
    expect(asked).toEqual(['load', 'save']);
  });

  test('field resolvers share it, too', async () => {
    const asked = await scene.engine.during(async () => {
      const { body } = await scene.ask('{ account { name history } }');
      expect(body.data.account).toEqual({ name: 'ann', history: ['seen by ann'] });
    });
    expect(asked).toEqual(['load', 'save']);
    expect(await scene.cart()).toEqual(['seen by ann']);
  });

  test('mutations of one operation are saved together', async () => {
    const asked = await scene.engine.during(() => scene.ask('mutation { a: add(item: "a") b: add(item: "b") }'));
    expect(asked).toEqual(['load', 'save']);
    expect(await scene.cart()).toEqual(['a', 'b']);
  });

  test('operations that are sent together share it', async () => {
    const asked = await scene.engine.during(async () => {
      const answer = await scene.post([{ query: '{ visit }' }, { query: '{ visit }' }, { query: '{ cart }' }]);
      expect(answer.status).toBe(200);
      expect(
        ((await answer.json()) as any[])
          .map(({ data }) => data.visit)
          .slice(0, 2)
          .sort(),
      ).toEqual([1, 2]);
    });
    expect(asked).toEqual(['load', 'save']);
  });

  test('a mutation logs in: the answer has a new cookie, and the old key is dead', async () => {
    const before = new Visitor(scene.visitor.url);
    before.cookies.set('sessionid', scene.visitor.cookies.get('sessionid')!);
    const asked = await scene.engine.during(() => scene.ask('mutation { logIn(user: "bob") }'));
    expect(asked).toEqual(['load', 'cycle']);
    expect(scene.visitor.cookies.get('sessionid')).not.toBe(before.cookies.get('sessionid'));
    expect((await scene.ask('{ account { name } }')).body.data.account.name).toBe('bob');
    scene.visitor = before;
    expect((await scene.ask('{ account { name } }')).body.data.account.name).toBe('');
  });

  test('a mutation logs out', async () => {
    await scene.ask('mutation { logOut }');
    expect(scene.visitor.cookies.has('sessionid')).toBe(false);
  });

  test('a guard has the session', async () => {
    expect(await scene.engine.during(() => scene.ask('{ secret }'))).toEqual(['load']);
    expect((await scene.ask('{ secret }')).body.data.secret).toBe('ann');
    scene.visitor = new Visitor(scene.visitor.url);
    const { status, body } = await scene.ask('{ secret }');
    expect([status, body.errors[0].extensions.code]).toEqual([200, 'FORBIDDEN']);
  });

  test('what a resolver changed before it threw is kept: the answer has status 200', async () => {
    const { status, body } = await scene.ask('mutation { fail }');
    expect([status, body.errors[0].message, body.data]).toEqual([200, 'not today', { fail: null }]);
    expect(await scene.cart()).toEqual(['before it failed']);
  });

  test('what it takes back by reload() is not', async () => {
    expect((await scene.ask('mutation { failAndUndo }')).body.errors[0].message).toBe('not today');
    expect(await scene.cart()).toEqual([]);
  });

  test('a query that is not valid asks no store', async () => {
    const asked = await scene.engine.during(async () => {
      expect((await scene.ask('{ nonsense }')).status).toBe(400);
    });
    expect(asked).toEqual([]);
  });

  test('a store that fails at loading is a GraphQL error of the resolver, and no cookie goes', async () => {
    scene.engine.isDown = true;
    const { status, body } = await scene.ask('{ cart }');
    expect(status).toBe(200);
    expect(body.errors[0]).toMatchObject({
      message: 'The session store is unavailable.',
      path: ['cart'],
      extensions: { code: 'INTERNAL_SERVER_ERROR', status: 503 },
    });
    expect(scene.visitor.cookies.has('sessionid')).toBe(true);
    expect(new Set(scene.journal.lines)).toEqual(new Set(['error The session store failed at load. connection lost']));
  });

  test('a key that could not be changed: what was set for it is not kept under the old one', async () => {
    scene.engine.failing = 'cycle';
    expect((await scene.ask('mutation { logIn(user: "bob") }')).status).toBe(503);
    expect((await scene.ask('{ account { name } }')).body.data.account.name).not.toBe('bob');
  });

  test('a store that fails at saving: 503 in place of the answer', async () => {
    scene.engine.failing = 'save';
    expect(await scene.ask('mutation { add(item: "pear") }')).toEqual({
      status: 503,
      body: { statusCode: 503, message: 'The session store is unavailable.', error: 'Service Unavailable' },
    });
  });

  test('a session that is ended meanwhile: 400 in place of the answer', async () => {
    const { release, reached } = scene.engine.hold('save');
    const answer = scene.ask('mutation { add(item: "pear") }');
    await reached;
    await scene.ask('mutation { logOut }');
    release();
    expect(await answer).toMatchObject({ status: 400, body: { statusCode: 400 } });
  });
});

describe.each(platforms)('a context of the application on $name', (platform) => {
  const scene = graphqlSceneOf(platform, {
    config: () => ({ context: () => ({ shop: 'ours' }), fieldResolverEnhancers: ['guards', 'interceptors'] }),
  });

  test('and interceptors around field resolvers change nothing', async () => {
    const asked = await scene.engine.during(() => scene.ask('{ account { name history } visit }'));
    expect(asked).toEqual(['load', 'save']);
  });
});
