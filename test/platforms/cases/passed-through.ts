import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { moduleWith } from '../mounting.js';
import { byHand, type Platform, type PlatformRequest, type Reply } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';

const LARGE = 'x'.repeat(1_000_000);

/** The server behind: what it answers, by path. */
const ANSWERS: Record<string, (response: ServerResponse) => void> = {
  '/plain': (response) =>
    response
      .writeHead(200, { 'Set-Cookie': ['a=1; Path=/', 'b=2; Path=/'], Vary: 'Accept', 'Content-Length': 6 })
      .end('behind'),
  '/gzip': (response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('behind')),
  '/large': (response) => response.writeHead(200).end(LARGE),
  '/redirect': (response) => response.writeHead(302, { Location: '/read' }).end(),
  '/not-modified': (response) => response.writeHead(304, { ETag: '"one"' }).end(),
  '/refused': (response) => response.writeHead(403, 'Not For You', { 'Content-Type': 'text/plain' }).end('no'),
  '/broken': (response) => response.writeHead(502).end('broken'),
  '/half': (response) => {
    response.writeHead(200, { 'Content-Length': 100 });
    response.write('half', () => response.destroy());
  },
};

const behind = createServer((request, response) => ANSWERS[request.url!]!(response));

/** Asks the server behind, and passes its answer on, head and body, as it comes. */
function passOn(path: string, response: ServerResponse): void {
  const { port } = behind.address() as AddressInfo;
  httpRequest({ host: '127.0.0.1', port, path }, (answer: IncomingMessage) => {
    response.writeHead(answer.statusCode!, answer.statusMessage, answer.headers);
    pipeline(answer, response, () => {});
  }).end();
}

@Controller()
class ProxyController {
  @Get('proxy/:path')
  proxy(@Session() session: Session, @Req() request: PlatformRequest, @Res() reply: Reply) {
    const { path } = request.params;
    session.set('how', `proxy ${path}`);
    passOn(`/${path}`, byHand(reply));
  }
}

/** The same, by middleware after ours. */
async function proxy(
  request: IncomingMessage & { originalUrl?: string; session: Session },
  response: ServerResponse,
  next: () => void,
) {
  const path = /^\/middleware(\/.*)/.exec(request.originalUrl!)?.[1];
  if (path === undefined) return next();
  (await request.session.load()).set('how', `middleware ${path.slice(1)}`);
  passOn(path, response);
}

export function passedThrough(platform: Platform): void {
  describe('the answer of another server, passed through', () => {
    const scene = sceneOf(platform, { controllers: [ProxyController], after: [moduleWith(proxy)] });
    beforeAll(() => new Promise<void>((resolve) => void behind.listen(0, '127.0.0.1', resolve)));
    afterAll(() => new Promise<void>((resolve) => void behind.close(() => resolve())));

    describe.each(['proxy', 'middleware'])('by a handler or by middleware: %s', (how) => {
      test.each([
        ['plain', 200, 'behind', ['a=1; Path=/', 'b=2; Path=/'], 'Accept, Cookie'],
        ['gzip', 200, 'behind', [], 'Cookie'],
        ['large', 200, LARGE, [], 'Cookie'],
        ['redirect', 302, '', [], 'Cookie'],
        ['not-modified', 304, '', [], 'Cookie'],
        ['refused', 403, 'no', [], 'Cookie'],
      ])('%s', async (path, status, body, cookies, vary) => {
        const response = await scene.savedFirst(`/${how}/${path}`);
        const text = await response.text();
        expect(response.status).toBe(status);
        expect(text === body || text).toBe(true);
        expect(response.headers.getSetCookie()).toEqual([...cookies, OUR_COOKIE]);
        expect(response.headers.get('vary')).toBe(vary);
        if (path === 'refused') expect(response.statusText).toBe('Not For You');
        expect(await scene.held()).toEqual({ how: `${how} ${path}` });
      });

      test('its 5xx is not saved', async () => {
        const response = await scene.visitor.get(`/${how}/broken`);
        expect([response.status, await response.text()]).toEqual([502, 'broken']);
        expect(response.headers.getSetCookie()).toEqual([]);
        expect(scene.engine.writes).toBe(0);
      });

      test('its answer is dropped where the session cannot be saved', async () => {
        scene.engine.broken = true;
        const response = await scene.visitor.get(`/${how}/gzip`);
        expect(response.status).toBe(503);
        expect(await response.json()).toMatchObject({ statusCode: 503 });
      });

      test('one that breaks off is broken off for the client, too, and does no harm', async () => {
        await (await scene.visitor.get('/proxy/plain')).text();
        await expect(scene.visitor.get(`/${how}/half`).then((response) => response.text())).rejects.toThrow();
        await scene.eventuallyHeld('how', `${how} half`);
      });
    });
  });
}
