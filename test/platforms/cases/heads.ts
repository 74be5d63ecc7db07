import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { byHand, type Platform, type PlatformRequest, type Reply } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';

/** One route for each form of `writeHead`. */
@Controller()
export class HeadsController {
  @Get('write-head/:form')
  writeHead(@Session() session: Session, @Req() request: PlatformRequest, @Res() reply: Reply) {
    session.set('how', 'write-head');
    const response = byHand(reply);
    const forms: Record<string, () => unknown> = {
      object: () => response.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'], vary: 'Accept', 'X-Theirs': '1' }),
      reason: () => response.writeHead(200, 'Fine', { 'Set-Cookie': 'a=1', Vary: 'Accept' }),
      flat: () => response.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Vary', 'Accept']),
      arrays: () => response.writeHead(200, ['Set-Cookie', ['a=1', 'b=2'], 'Vary', 'Accept']),
      'reason and flat': () => response.writeHead(200, 'Fine', ['Set-Cookie', 'a=1', 'Vary', 'Accept']),
      // As who passes on an answer that came without words, over HTTP/2.
      'no reason': () => response.writeHead(200, undefined, { 'Set-Cookie': 'a=1', Vary: 'Accept' }),
      'over flat': () =>
        response.setHeader('Set-Cookie', 'a=0').writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']),
      'set headers': () => {
        const headers = new Map<string, string[]>([
          ['Set-Cookie', ['a=1', 'b=2']],
          ['Vary', ['Accept']],
        ]);
        response.setHeaders(headers).writeHead(200);
      },
      appended: () => response.appendHeader('Set-Cookie', 'a=1').appendHeader('Set-Cookie', 'b=2').writeHead(200),
      pairs: () =>
        response.writeHead(200, [
          ['Set-Cookie', 'a=1'],
          ['Vary', 'Accept'],
        ] as never),
      // Over HTTP/2 the calls cannot be chained.
      bare: () => [response.setHeader('Set-Cookie', 'a=1'), response.writeHead(200)],
      over: () => response.setHeader('X-Theirs', '0').setHeader('Vary', 'Accept').writeHead(200, { 'X-Theirs': '1' }),
      star: () => response.writeHead(200, { Vary: '*' }),
      caching: () => response.writeHead(200, { 'cache-control': 'private' }),
    };
    forms[request.params['form']!]!();
    response.end('done');
  }
}

export function heads(platform: Platform): void {
  describe('writeHead, in each of its forms', () => {
    const scene = sceneOf(platform, { controllers: [HeadsController] });

    test.each([
      ['object', ['a=1', 'b=2'], { vary: 'Accept, Cookie', 'x-theirs': '1', 'cache-control': 'no-store' }],
      ['reason', ['a=1'], { vary: 'Accept, Cookie' }],
      ['flat', ['a=1', 'b=2'], { vary: 'Accept, Cookie' }],
      ['arrays', ['a=1', 'b=2'], { vary: 'Accept, Cookie' }],
      ['reason and flat', ['a=1'], { vary: 'Accept, Cookie' }],
      ['no reason', ['a=1'], { vary: 'Accept, Cookie' }],
      ['over flat', ['a=1', 'b=2'], { vary: 'Cookie' }],
      ['set headers', ['a=1', 'b=2'], { vary: 'Accept, Cookie' }],
      ['appended', ['a=1', 'b=2'], { vary: 'Cookie' }],
      ['pairs', ['a=1'], { vary: 'Accept, Cookie' }],
      ['bare', ['a=1'], { vary: 'Cookie' }],
      ['over', [], { vary: 'Accept, Cookie', 'x-theirs': '1' }],
      ['star', [], { vary: '*' }],
      ['caching', [], { vary: 'Cookie', 'cache-control': 'private' }],
    ])('%s', async (form, cookies, headers) => {
      const response = await scene.savedFirst(`/write-head/${form}`);
      expect(await response.text()).toBe('done');
      expect(response.headers.getSetCookie()).toEqual([...cookies, OUR_COOKIE]);
      expect(Object.fromEntries(response.headers)).toMatchObject(headers);
      if (form.startsWith('reason')) expect(response.statusText).toBe('Fine');
      expect(await scene.held()).toEqual({ how: 'write-head' });
    });
  });
}
