import { request as httpRequest } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { Visitor } from '../../support/browserlike.js';
import type { Platform } from '../platform.js';
import { sceneOf } from '../scene.js';
import { AnsweringController } from './answering.controller.js';

export function firstByte(platform: Platform): void {
  describe('the first byte waits for the store', () => {
    const scene = sceneOf(platform, { controllers: [AnsweringController] });

    test.each([
      'json',
      'res',
      'redirect',
      'file',
      'pipe',
      'pipeline',
      'flush-headers',
      'write',
      'nothing',
      'throws/404',
    ])('%s', async (path) => {
      const { release, reached } = scene.engine.hold();
      let answered = false;
      const answer = scene.visitor.get(`/${path}`).then((response) => {
        answered = true;
        return response;
      });
      await reached;
      // A request that came later is answered meanwhile: the server had every chance to answer this one.
      await new Visitor(scene.url).get('/read');
      expect(answered).toBe(false);
      release();
      await (await answer).arrayBuffer();
      expect(await scene.held()).toHaveProperty('how');
    });

    test('a client that follows a redirect at once finds its data', async () => {
      const { release, reached } = scene.engine.hold();
      const answer = scene.visitor.get('/redirect');
      await reached;
      release();
      const response = await answer;
      expect(await scene.held(response.headers.get('location')!)).toEqual({ how: 'redirect' });
    });

    test.each(['res', 'json', 'file', 'pipe'])(
      'a client that leaves while it waits does no harm, and what it did is kept: %s',
      async (path) => {
        await scene.visitor.get('/text');
        const { release, reached } = scene.engine.hold();
        await new Promise<void>((resolve) => {
          const request = httpRequest(`${scene.url}/${path}`, { headers: { cookie: scene.cookie } });
          request.on('error', () => resolve()).end();
          void reached.then(() => request.destroy(new Error('left')));
        });
        release();
        await scene.eventuallyHeld('how', path);
      },
    );

    test('a client that leaves during the answer does no harm', async () => {
      await scene.visitor.get('/text');
      await new Promise<void>((resolve) => {
        const request = httpRequest(`${scene.url}/pipe`, { headers: { cookie: scene.cookie } });
        request.on('response', (response) => response.once('data', () => request.destroy()).once('close', resolve));
        request.on('error', () => resolve()).end();
      });
      expect(await scene.held()).toEqual({ how: 'pipe' });
    });
  });
}
