import { describe, expect, test } from '@jest/globals';
import { Controller, Get, HttpException, Res, Sse } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { from } from 'rxjs';
import type { Platform, Reply } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';

type Moved = Session<{ cycled: boolean; later: number }>;

/** Moves the session to a new key, which is stored, and changes it once more. */
async function cycle(session: Moved): Promise<void> {
  session.set('cycled', true);
  await session.cycleKey();
  session.set('later', session.get('later', 0) + 1);
}

@Controller()
class KeysController {
  @Get('value')
  async value(@Session() session: Moved) {
    await cycle(session);
    return 'value';
  }

  @Get('res')
  async res(@Session() session: Moved, @Res() reply: Reply) {
    await cycle(session);
    reply.send('sent');
  }

  @Get('refuses')
  async refuses(@Session() session: Moved) {
    await cycle(session);
    throw new HttpException('refused', 403);
  }

  @Get('fails')
  async fails(@Session() session: Moved) {
    await cycle(session);
    throw new Error('unexpected');
  }

  @Sse('events')
  async events(@Session() session: Moved) {
    await cycle(session);
    return from([{ data: 'one' }]);
  }
}

export function newKeys(platform: Platform): void {
  describe('a new key that is stored is told, whatever comes after it', () => {
    const scene = sceneOf(platform, { controllers: [KeysController] });

    describe.each([
      { visitor: 'a visitor who has a session', before: 1 },
      { visitor: 'one who has none', before: 0 },
    ])('$visitor', ({ before }) => {
      const begin = async () => {
        if (before) await (await scene.visitor.get('/value')).text();
        scene.engine.reset();
      };
      const heldAfter = (later: number) => ({ cycled: true, ...(later > 0 && { later }) });

      test.each([
        ['value', 200, 1],
        ['res', 200, 1],
        ['refuses', 403, 1],
        ['fails', 500, 0],
        ['events', 200, 1],
      ])('nothing goes wrong in the store: %s', async (path, status, later) => {
        await begin();
        const { cookie } = scene;
        const response = await scene.visitor.get(`/${path}`);
        await response.text();
        expect(response.status).toBe(status);
        expect(response.headers.getSetCookie()).toEqual([OUR_COOKIE]);
        expect(scene.cookie).not.toBe(cookie);
        expect(await scene.held()).toEqual(heldAfter(before + later));
      });

      test.each(['value', 'res', 'refuses', 'events'])('the save after it fails: %s', async (path) => {
        await begin();
        const { cookie } = scene;
        scene.engine.breakAfter(1);
        const response = await scene.visitor.get(`/${path}`);
        await response.text();
        expect(response.status).toBe(503);
        // The store knows the visitor by the new key alone.
        expect(response.headers.getSetCookie()).toEqual([OUR_COOKIE]);
        expect(response.headers.get('vary')).toBe('Cookie');
        expect(response.headers.get('cache-control')).toBe('no-store');
        expect(scene.cookie).not.toBe(cookie);
        scene.engine.reset();
        expect(await scene.held()).toEqual(heldAfter(before));
      });
    });
  });
}
