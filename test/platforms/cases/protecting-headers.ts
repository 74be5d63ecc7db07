import fastifyHelmet from '@fastify/helmet';
import helmet from 'helmet';
import { describe, expect, test } from '@jest/globals';
import { asMiddleware, asPlugin, type Mounting } from '../mounting.js';
import type { Platform } from '../platform.js';
import { sceneOf } from '../scene.js';
import { AnsweringController } from './answering.controller.js';
import { isByHand, SOME_WAYS, standsBeside } from './library.js';

const BY_NEST: Mounting = {
  side: "by Nest's useSecurityHeaders",
  parts: { prepare: (app) => app.useSecurityHeaders() },
};
const MOUNTINGS = { express: [...asMiddleware(helmet()), BY_NEST], fastify: [...asPlugin(fastifyHelmet), BY_NEST] };

const PROTECTION = {
  'content-security-policy': expect.stringContaining("default-src 'self'"),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
};

export function protectingHeaders(platform: Platform): void {
  describe.each(MOUNTINGS[platform.kind])('helmet, $side', ({ side, parts }) => {
    const scene = sceneOf(platform, { controllers: [AnsweringController], ...parts });

    standsBeside(platform, scene, SOME_WAYS, (path) => ({
      headers: side.startsWith('registered') && isByHand(path) ? {} : PROTECTION,
    }));

    test('an error in place of an answer is protected, too', async () => {
      scene.engine.broken = true;
      const response = await scene.visitor.get('/res');
      expect(response.status).toBe(503);
      expect(Object.fromEntries(response.headers)).toMatchObject(PROTECTION);
    });

    test('what does not use the session carries nothing of it', async () => {
      const response = await scene.visitor.get('/untouched');
      expect(Object.fromEntries(response.headers)).toMatchObject(PROTECTION);
      expect([response.headers.get('vary'), response.headers.get('set-cookie')]).toEqual([null, null]);
    });
  });
}
