import { createRequire } from 'node:module';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { asMiddleware, type Middleware } from '../mounting.js';
import { byHand, type Platform, type PlatformRequest, type Reply } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';
import { AnsweringController } from './answering.controller.js';
import { SOME_WAYS, varyOf } from './library.js';

type OnHeaders = (response: ServerResponse, listener: (this: ServerResponse) => void) => void;
// What compression and others stand on.
const onHeaders = createRequire(createRequire(import.meta.url).resolve('compression'))('on-headers') as OnHeaders;

/** Tells the time an answer took, as such libraries do, and has a cookie of its own to add. */
const stopwatch: Middleware = (_request, response, next) => {
  const begin = performance.now();
  onHeaders(response, function () {
    this.setHeader('X-Response-Time', `${(performance.now() - begin).toFixed(3)}ms`);
    this.appendHeader('Set-Cookie', 'visited=1');
    this.appendHeader('Vary', 'X-Kind');
  });
  next();
};

@Controller()
class TimedController {
  @Get('write-head/:form')
  writeHead(@Session() session: Session, @Req() request: PlatformRequest, @Res() reply: Reply) {
    session.set('how', 'write-head');
    const response = byHand(reply);
    const headers = { 'X-Theirs': '1' };
    if (request.params['form'] === 'object') response.writeHead(201, headers);
    else response.writeHead(201, 'Made', Object.entries(headers).flat());
    response.end('done');
  }
}

export function headListeners(platform: Platform): void {
  describe.each(asMiddleware(stopwatch))('who listens for the head, by on-headers, $side', ({ parts }) => {
    const scene = sceneOf(platform, { controllers: [AnsweringController, TimedController], ...parts });

    test.each([...SOME_WAYS, 'write-head/object', 'write-head/flat'])('%s', async (path) => {
      const response = await scene.savedFirst(`/${path}`);
      await response.arrayBuffer();
      expect(response.headers.get('x-response-time')).toMatch(/ms$/);
      expect(response.headers.getSetCookie().toSorted()).toEqual([OUR_COOKIE, 'visited=1']);
      expect(varyOf(response)).toEqual(expect.arrayContaining(['cookie', 'x-kind']));
      if (path.startsWith('write-head')) expect(response.headers.get('x-theirs')).toBe('1');
      expect(await scene.held()).toEqual({ how: path.split('/')[0] });
    });
  });
}
