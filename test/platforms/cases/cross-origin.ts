import cors from 'cors';
import { describe, expect, test } from '@jest/globals';
import { asMiddleware, type Mounting } from '../mounting.js';
import type { Platform } from '../platform.js';
import { sceneOf } from '../scene.js';
import { AnsweringController } from './answering.controller.js';
import { SOME_WAYS, standsBeside } from './library.js';

const ORIGIN = 'https://shop.example';
const OPTIONS = { origin: [ORIGIN], credentials: true };

const MOUNTINGS: Mounting[] = [
  ...asMiddleware(cors(OPTIONS)),
  { side: "by Nest's enableCors", parts: { prepare: (app) => app.enableCors(OPTIONS) } },
];

export function crossOrigin(platform: Platform): void {
  describe.each(MOUNTINGS)('cors, $side', ({ parts }) => {
    const scene = sceneOf(platform, { controllers: [AnsweringController], ...parts });
    const allowed = { 'access-control-allow-origin': ORIGIN, 'access-control-allow-credentials': 'true' };

    standsBeside(platform, scene, SOME_WAYS, () => ({ headers: allowed, vary: ['origin'] }), {
      headers: { origin: ORIGIN },
    });

    test('a preflight uses no session, also of a visitor who has one', async () => {
      await scene.visitor.get('/json');
      scene.engine.reset();
      const response = await scene.visitor.get('/json', {
        method: 'OPTIONS',
        headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
      });
      expect(response.status).toBe(204);
      expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(response.headers.get('set-cookie')).toBeNull();
      expect(response.headers.get('vary')).not.toMatch(/Cookie/);
      expect([scene.engine.reads, scene.engine.writes]).toEqual([0, 0]);
    });

    test('an error in place of an answer can be read by the other origin', async () => {
      scene.engine.broken = true;
      const response = await scene.visitor.get('/res', { headers: { origin: ORIGIN } });
      expect(response.status).toBe(503);
      expect(Object.fromEntries(response.headers)).toMatchObject(allowed);
    });
  });

  describe("Nest's enableCsrfProtection", () => {
    const scene = sceneOf(platform, {
      controllers: [AnsweringController],
      prepare: (app) => app.enableCsrfProtection(),
    });
    const post = (headers: Record<string, string>) =>
      scene.visitor.post('/large', {
        body: '{"text":"x"}',
        headers: { 'content-type': 'application/json', ...headers },
      });

    test('a request that it refuses uses no session', async () => {
      await scene.visitor.get('/json');
      scene.engine.reset();
      const response = await post({ origin: 'https://elsewhere.example' });
      expect(response.status).toBe(403);
      expect([response.headers.get('set-cookie'), response.headers.get('vary')]).toEqual([null, null]);
      expect([scene.engine.reads, scene.engine.writes]).toEqual([0, 0]);
    });

    test('one that it lets pass', async () => {
      expect((await post({ origin: scene.url })).status).toBe(201);
      expect(await scene.held()).toEqual({ how: 'upload' });
    });
  });
}
