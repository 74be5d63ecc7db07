import { describe, expect, test } from '@jest/globals';
import type { Platform } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';
import { AnsweringController, TEN_MEGABYTES } from './answering.controller.js';

export function answers(platform: Platform): void {
  describe('the session is saved, and its cookie sent, whichever way a handler answers', () => {
    const scene = sceneOf(platform, { controllers: [AnsweringController] });

    test.each([
      ['GET', 'json', 200, 'json', '{"ok":true}'],
      ['GET', 'text', 200, 'text', 'text'],
      ['GET', 'no-value', 200, 'no-value', ''],
      ['GET', 'nothing', 204, 'nothing', ''],
      ['GET', 'not-modified', 304, 'not-modified', ''],
      ['GET', 'res', 201, 'res', '{"ok":true}'],
      ['GET', 'passthrough', 202, 'passthrough', '{"ok":true}'],
      ['GET', 'redirect', 303, 'redirect', null],
      ['GET', 'file', 200, 'file', 'one two three'],
      ['GET', 'pipe', 200, 'pipe', 'x'.repeat(6_553_600)],
      ['GET', 'pipeline', 200, 'pipeline', `${'x'.repeat(100_000)}end`],
      ['GET', 'flush-headers', 200, 'flush-headers', 'done'],
      ['GET', 'write', 200, 'write', 'one two three'],
      ['GET', 'later', 200, 'later', 'later'],
      ['GET', 'large', 200, 'large', 'x'.repeat(TEN_MEGABYTES)],
      ['GET', 'throws/404', 404, 'throws', '{"statusCode":404,"message":"thrown"}'],
      ['GET', 'throws/499', 499, 'throws', '{"statusCode":499,"message":"thrown"}'],
      ['HEAD', 'head', 200, 'head', ''],
      ['HEAD', 'json', 200, 'json', ''],
      ['HEAD', 'file', 200, 'file', ''],
      ['HEAD', 'redirect', 303, 'redirect', ''],
      ['OPTIONS', 'options', 200, 'options', 'options'],
    ])('%s %s', async (method, path, status, how, body) => {
      const response = await scene.visitor.get(`/${path}`, { method });
      const text = await response.text();
      expect(response.status).toBe(status);
      expect(response.headers.getSetCookie().filter((cookie) => cookie.startsWith('sessionid='))).toEqual([OUR_COOKIE]);
      expect(response.headers.get('vary')).toMatch(/\bCookie$/);
      if (body !== null && text !== body) expect({ length: text.length }).toEqual({ length: body.length });
      expect(await scene.held()).toEqual({ how });
      expect(scene.engine.writes).toBe(1);
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

    test('a session that is read is told by Vary, and by nothing else', async () => {
      const response = await scene.visitor.get('/read');
      expect(response.headers.get('vary')).toBe('Cookie');
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(response.headers.get('cache-control')).toBeNull();
    });

    test.each(['untouched', 'no/such/route'])('what does not use it carries nothing of it: %s', async (path) => {
      await scene.visitor.get('/json');
      const response = await scene.visitor.get(`/${path}`);
      expect(response.status).toBe(path === 'untouched' ? 200 : 404);
      expect(response.headers.get('vary')).toBeNull();
      expect(response.headers.getSetCookie()).toEqual([]);
    });

    test("the application's own cookies and Vary stay, in their place", async () => {
      const response = await scene.visitor.get('/passthrough');
      expect(response.headers.getSetCookie()).toEqual(['theirs=1; Path=/', OUR_COOKIE]);
      expect(response.headers.get('vary')).toBe('Accept, Cookie');
      expect(response.headers.get('cache-control')).toBe('no-store');
    });

    test("the application's own Cache-Control stays", async () => {
      expect((await scene.visitor.get('/cacheable')).headers.get('cache-control')).toBe('private, max-age=60');
    });
  });
}
