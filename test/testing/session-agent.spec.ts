import { request as httpRequest } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { Module } from '@nestjs/common';
import { memoryEngine, sessionAgent } from 'nestjs-django-sessions/testing';
import { PLATFORMS, sessions, shop } from './applications.js';

const inMemory = () => [sessions({ engine: memoryEngine() })];
const answerOf = async (response: Promise<Response>) => (await response).json() as Promise<any>;

describe.each(PLATFORMS)('an agent on $name', (platform) => {
  describe('and the server', () => {
    test('starts an application that does not listen yet, once for all agents', async () => {
      const app = await shop(platform, inMemory());
      const [ann, bob] = [sessionAgent(app), sessionAgent(app)];
      expect(app.getHttpServer().listening).toBe(false);
      await Promise.all([ann.post('/visit'), bob.post('/visit'), ann.url()]);
      expect(await ann.url()).toBe(await bob.url());
      expect(await ann.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(app.getHttpServer().address().address).toBe('127.0.0.1');
    });

    test.each(['127.0.0.1', '0.0.0.0', '::', '::1'])('uses one that listens at %s', async (host) => {
      const app = await shop(platform, inMemory());
      await app.listen(0, host);
      const { port } = app.getHttpServer().address();
      const agent = sessionAgent(app);
      expect((await agent.post('/visit')).status).toBe(201);
      expect(await agent.url()).toBe(host === '::1' ? `http://[::1]:${port}` : `http://127.0.0.1:${port}`);
    });

    test('ends with the application, and does not start it again', async () => {
      const app = await shop(platform, inMemory());
      const agent = sessionAgent(app);
      await agent.get('/data');
      const url = new URL(await agent.url());
      await app.close();
      await expect(agent.get('/data')).rejects.toThrow('The application was closed');
      await expect(
        new Promise((resolve, reject) => httpRequest(url, resolve).once('error', reject).end()),
      ).rejects.toThrow(/ECONNREFUSED/);
    });

    test('tells why an application does not start', async () => {
      @Module({})
      class BrokenModule {
        onModuleInit() {
          throw new Error('no shelf');
        }
      }
      const agent = sessionAgent(await shop(platform, [...inMemory(), BrokenModule]));
      await expect(agent.get('/data')).rejects.toThrow('no shelf');
      await expect(agent.session()).rejects.toThrow('no shelf');
    });
  });

  describe('and requests', () => {
    test.each(['get', 'post', 'put', 'patch', 'delete'] as const)('%s', async (name) => {
      const agent = sessionAgent(await shop(platform, inMemory()));
      const { method, url } = await answerOf(agent[name]('/echo?a=1'));
      expect([method, url]).toEqual([name.toUpperCase(), '/echo?a=1']);
    });

    test('any other method, in small letters too', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()));
      expect((await answerOf(agent.request('/echo'))).method).toBe('GET');
      expect((await answerOf(agent.request('/echo', { method: 'patch' }))).method).toBe('PATCH');
      const head = await agent.request('/data', { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
    });

    test('json is the body, under a content type of its own if there is one', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()));
      const plain = await answerOf(agent.post('/echo', { json: { a: [1, null] } }));
      expect(plain).toMatchObject({ body: { a: [1, null] }, headers: { 'content-type': 'application/json' } });
      const own = await answerOf(
        agent.put('/echo', { json: { a: 1 }, headers: { 'content-type': 'application/json; charset=utf-8' } }),
      );
      expect(own.headers['content-type']).toBe('application/json; charset=utf-8');
    });

    test('any body that fetch takes is one', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()));
      const form = new Headers({ 'content-type': 'application/json' });
      const { body } = await answerOf(agent.post('/echo', { body: Buffer.from('{"a":1}'), headers: form }));
      expect(body).toEqual({ a: 1 });
    });

    test("the agent's headers are sent, and those of the request go before them", async () => {
      const agent = sessionAgent(await shop(platform, inMemory()), { headers: { 'x-shop': 'a', 'x-both': 'agent' } });
      const { headers } = await answerOf(agent.get('/echo', { headers: [['X-Both', 'request']] }));
      expect(headers).toMatchObject({ 'x-shop': 'a', 'x-both': 'request' });
      expect((await answerOf(agent.get('/echo'))).headers['x-both']).toBe('agent');
    });

    test('a path elsewhere is refused', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()));
      for (const path of ['http://127.0.0.2:1/', '//localhost/data', 'https://example.com/']) {
        await expect(agent.get(path)).rejects.toThrow(`an agent asks for paths of its application, got ${path}`);
      }
      expect((await agent.get(`${await agent.url()}/data`)).status).toBe(200);
    });
  });

  describe('and cookies', () => {
    const set = (...texts: string[]) =>
      `/shelf/cookies?${texts.map((text) => `set=${encodeURIComponent(text)}`).join('&')}`;
    const sentTo = async (agent: ReturnType<typeof sessionAgent>, path: string) =>
      (await answerOf(agent.get(path))).headers.cookie as string | undefined;

    test('a visitor begins without, and is one visitor from then on', async () => {
      const app = await shop(platform, inMemory());
      const [ann, bob] = [sessionAgent(app), sessionAgent(app)];
      expect([ann.cookies, ann.cookieHeader]).toEqual([{}, '']);
      expect(await sentTo(ann, '/echo')).toBeUndefined();
      await ann.post('/visit');
      await ann.post('/visit');
      expect(await answerOf(ann.get('/data'))).toEqual({ visits: 2 });
      expect(await answerOf(bob.get('/data'))).toEqual({});
      expect(ann.cookieHeader).toBe(`sessionid=${ann.cookies.sessionid}`);
      expect(ann.cookies.sessionid).toMatch(/^[a-z0-9]{32}$/);
    });

    test('a cookie that is taken away is gone, and one that is not is kept', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()));
      await agent.get(set('a=1; Path=/', 'b=2; Path=/', 'c=3; Path=/', 'd=4; Path=/; Max-Age=60', 'e=5; Path=/'));
      await agent.get(
        set(
          'a=; Path=/; Max-Age=0',
          'b=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
          'c=; Path=/; Max-Age=-1; Expires=Fri, 01 Jan 2100 00:00:00 GMT',
          'd=6; Path=/; max-age=60; expires=Thu, 01 Jan 1970 00:00:00 GMT',
        ),
      );
      expect(agent.cookies).toEqual({ d: '6', e: '5' });
      expect(await sentTo(agent, '/echo')).toBe('e=5; d=6');
    });

    test('the log-out of the application takes the session away', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()));
      await agent.post('/visit');
      await agent.post('/logout');
      expect(agent.cookies).toEqual({});
    });

    test('a cookie is sent to its path and below it, the longer path first', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()));
      await agent.get(set('a=root; Path=/', 'a=echo; Path=/echo', 'b=shelf', 'c=slash; Path=/echo/', 'd=4; Path=none'));
      expect(await sentTo(agent, '/echo')).toBe('a=echo; a=root');
      expect(await sentTo(agent, '/echo/deep')).toBe('c=slash; a=echo; a=root');
      expect(agent.cookies).toEqual({ a: 'echo', b: 'shelf', c: 'slash', d: '4' });
      // What names no path belongs to the folder of the page, /shelf, and is taken away there alone.
      await agent.get(set('a=; Path=/echo; Max-Age=0', 'b=; Max-Age=0', 'c=; Max-Age=0'));
      expect(agent.cookieHeader).toBe('c=slash; d=4; a=root');
      await agent.get(set('f=6; Path=/ech'));
      expect(await sentTo(agent, '/echo')).toBe('a=root');
    });

    test('Secure, Domain and what is no cookie at all', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()));
      await agent.get(
        set('a=1; Path=/; Secure; HttpOnly; SameSite=None', 'b="x=y"; Path=/; Domain=shop.example', 'c', '=d'),
      );
      expect(await sentTo(agent, '/echo')).toBe('a=1; b="x=y"');
    });

    test('what the visitor brings along, what one request sends instead, and an empty jar', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()), { headers: { cookie: 'a=1; b=2' } });
      expect(await sentTo(agent, '/echo')).toBe('a=1; b=2');
      const { headers } = await answerOf(agent.get('/echo', { headers: { cookie: 'c=3' } }));
      expect(headers.cookie).toBe('c=3');
      expect(agent.cookies).toEqual({ a: '1', b: '2' });
      agent.clearCookies();
      expect(agent.cookies).toEqual({});
      expect(await sentTo(agent, '/echo')).toBeUndefined();
    });

    test('a browser that is closed keeps what has a date', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()));
      await agent.get(
        set('a=1; Path=/', 'b=2; Path=/; Max-Age=60', 'c=3; Path=/; Expires=Fri, 01 Jan 2100 00:00:00 GMT'),
      );
      agent.closeBrowser();
      expect(agent.cookies).toEqual({ b: '2', c: '3' });
    });
  });

  describe('and redirects', () => {
    const to = (status: number, path: string) => `/redirect?status=${status}&to=${encodeURIComponent(path)}`;

    test('are answered as they are, with their cookies', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()));
      const response = await agent.post(to(302, '/echo'), { json: {} });
      expect([response.status, response.headers.get('location')]).toEqual([302, '/echo']);
      expect(agent.cookies).toEqual({ passed: 'redirect' });
    });

    test.each([
      [301, 'POST', 'GET'],
      [302, 'POST', 'GET'],
      [303, 'PUT', 'GET'],
      [301, 'PUT', 'PUT'],
      [307, 'POST', 'POST'],
      [308, 'PATCH', 'PATCH'],
    ])('%i after %s asks by %s, with the cookie that came', async (status, method, next) => {
      const agent = sessionAgent(await shop(platform, inMemory()));
      const response = await agent.request(to(status, '/echo?b=2'), { method, json: { a: 1 }, follow: true });
      const answer = (await response.json()) as any;
      expect(answer).toMatchObject({ method: next, url: '/echo?b=2', headers: { cookie: 'passed=redirect' } });
      expect([answer.headers['content-type'] ?? null, answer.body?.a ?? null]).toEqual(
        next === 'GET' ? [null, null] : ['application/json', 1],
      );
    });

    test('303 after HEAD asks by HEAD', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()), { follow: true });
      const response = await agent.request(to(303, '/data'), { method: 'HEAD' });
      expect([response.status, await response.text()]).toEqual([200, '']);
    });

    test('an agent that follows, and a request of it that does not', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()), { follow: true });
      expect((await agent.get(to(302, '/data'))).status).toBe(200);
      expect((await agent.get(to(302, '/data'), { follow: false })).status).toBe(302);
    });

    test('one that leaves the application is answered, and one that tells no place', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()), { follow: true });
      expect((await agent.get(to(302, 'https://accounts.example/login'))).status).toBe(302);
      expect((await agent.get(to(304, '/data'))).status).toBe(304);
    });

    test('that go round in a circle end', async () => {
      const agent = sessionAgent(await shop(platform, inMemory()), { follow: true });
      await expect(agent.get('/around')).rejects.toThrow('more than 20 redirects from /around');
      expect(agent.cookies).toEqual({ rounds: '21' });
    });
  });
});
