import { once } from 'node:events';
import { request as httpRequest, type ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Res } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { followAtOnce } from '../follow.js';
import type { Platform, Reply } from '../platform.js';
import { sceneOf } from '../scene.js';
import { AnsweringController } from './answering.controller.js';
import { WAYS } from './ways.js';

@Controller()
class PatientController {
  #enter = () => {};
  readonly reached = new Promise<void>((resolve) => (this.#enter = resolve));

  /** Works until the client is gone. */
  @Get('at-work')
  async atWork(@Session() session: Session, @Res({ passthrough: true }) reply: Reply & { raw?: ServerResponse }) {
    this.#enter();
    await once(reply.raw ?? (reply as unknown as ServerResponse), 'close');
    session.set('how', 'at-work');
    return {};
  }
}

export function firstByte(platform: Platform): void {
  describe('the first byte waits for the store', () => {
    const scene = sceneOf(platform, { controllers: [AnsweringController, PatientController] });

    /** Asks as the visitor, and is gone as soon as this says so. */
    const leave = (path: string, when: Promise<void>) =>
      new Promise<void>((resolve) => {
        const request = httpRequest(scene.url + path, { headers: { cookie: scene.cookie } });
        request.on('error', () => resolve()).end();
        void when.then(() => request.destroy(new Error('left')));
      });

    test.each(WAYS)('$method $path', async ({ method, path, status, how, body }) => {
      const response = await scene.savedFirst(`/${path}`, { method });
      expect(response.status).toBe(status);
      const text = await response.text();
      expect(body === null || text === body || text.slice(0, 100)).toBe(true);
      expect(await scene.held()).toEqual({ how });
    });

    test.each(['redirect', 'reply-redirect'])('a client that follows at once finds its data: %s', async (path) => {
      const { release, reached } = scene.engine.hold();
      const found = followAtOnce(scene.url, `/${path}`);
      await reached;
      await scene.visitor.get('/untouched');
      release();
      expect(await found).toEqual({ how: path });
    });

    test.each(['res', 'json', 'file', 'pipe'])(
      'a client that leaves while it waits does no harm, and what it did is kept: %s',
      async (path) => {
        await scene.visitor.get('/text');
        const { release, reached } = scene.engine.hold();
        await leave(`/${path}`, reached);
        release();
        await scene.eventuallyHeld('how', path);
      },
    );

    test('a client that leaves while its handler is at work does no harm, and what it did is kept', async () => {
      await scene.visitor.get('/text');
      await leave('/at-work', scene.app.get(PatientController).reached);
      await scene.eventuallyHeld('how', 'at-work');
    });

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
