import { describe, expect, test } from '@jest/globals';
import { SECRET } from '../../support/application.js';
import type { Platform } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';
import { AnsweringController, TEN_MEGABYTES } from './answering.controller.js';
import { WAYS } from './ways.js';

export function answers(platform: Platform): void {
  describe('the session is saved, and its cookie sent, whichever way a handler answers', () => {
    const scene = sceneOf(platform, { controllers: [AnsweringController] });

    test.each(WAYS)('$method $path', async ({ method, path, status, how, body }) => {
      const response = await scene.visitor.get(`/${path}`, { method });
      const text = await response.text();
      expect(response.status).toBe(status);
      expect(response.headers.getSetCookie().filter((cookie) => cookie.startsWith('sessionid='))).toEqual([OUR_COOKIE]);
      expect(response.headers.get('vary')).toMatch(/\bCookie$/);
      if (body !== null && text !== body) expect({ length: text.length }).toEqual({ length: body.length });
      expect(await scene.held()).toEqual({ how });
      expect(scene.engine.writes).toBe(1);
    });

    test('a 304 of who has the content already', async () => {
      const { headers } = await scene.visitor.get('/conditional');
      // Without the second, this client asks for what nobody may answer so.
      const asked = { 'if-none-match': headers.get('etag')!, 'cache-control': 'max-age=0' };
      const response = await scene.visitor.get('/conditional', { headers: asked });
      expect([response.status, await response.text()]).toEqual([304, '']);
      expect(response.headers.getSetCookie()).toEqual([OUR_COOKIE]);
      expect(await scene.held()).toEqual({ how: '"one"' });
    });

    test('a body of 10 MB that comes in', async () => {
      const response = await scene.visitor.post('/large', {
        body: JSON.stringify({ text: 'x'.repeat(TEN_MEGABYTES) }),
        headers: { 'content-type': 'application/json' },
      });
      expect(await response.json()).toEqual({ length: TEN_MEGABYTES });
      expect(await scene.held()).toEqual({ how: 'upload' });
    });

    test.each(['throws', 'throws/500', 'throws/503'])('nothing is saved on 5xx: %s', async (path) => {
      const response = await scene.visitor.get(`/${path}`);
      expect(response.status).toBe(path === 'throws/503' ? 503 : 500);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(response.headers.get('vary')).toBe('Cookie');
      expect(scene.engine.writes).toBe(0);
    });

    test('a session that is only read is told by Vary, and by nothing else, and nothing is stored', async () => {
      const response = await scene.visitor.get('/read');
      expect(response.headers.get('vary')).toBe('Cookie');
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(response.headers.get('cache-control')).toBeNull();
      expect(scene.engine.writes).toBe(0);
    });

    describe.each(['without a cookie', 'who has a session', 'whose session is unknown'])('a visitor %s', (visitor) => {
      test.each(['untouched', 'no/such/route'])('what does not use it carries nothing of it: %s', async (path) => {
        if (visitor === 'who has a session') await scene.visitor.get('/json');
        if (visitor === 'whose session is unknown') scene.visitor.cookies.set('sessionid', 'x'.repeat(32));
        scene.engine.reset();
        const response = await scene.visitor.get(`/${path}`);
        expect(response.status).toBe(path === 'untouched' ? 200 : 404);
        expect(response.headers.get('vary')).toBeNull();
        expect(response.headers.getSetCookie()).toEqual([]);
        expect([scene.engine.reads, scene.engine.writes]).toEqual([0, 0]);
      });
    });

    test.each([
      ['passthrough', 'theirs=1; Path=/'],
      ['web-response', 'theirs=1'],
    ])("the application's own cookies and Vary stay, in their place: %s", async (path, cookie) => {
      const response = await scene.visitor.get(`/${path}`);
      expect(response.headers.getSetCookie()).toEqual([cookie, OUR_COOKIE]);
      expect(response.headers.get('vary')).toBe('Accept, Cookie');
      expect(response.headers.get('cache-control')).toBe('no-store');
    });

    test('the secret is never sent', async () => {
      const response = await scene.visitor.get('/json');
      expect(JSON.stringify([...response.headers])).not.toContain(SECRET);
    });

    test("the application's own Cache-Control stays", async () => {
      expect((await scene.visitor.get('/cacheable')).headers.get('cache-control')).toBe('private, max-age=60');
    });
  });
}
