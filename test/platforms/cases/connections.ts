import { once } from 'node:events';
import { Agent, type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Res } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { byHand, type Platform, type Reply } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';
import { AnsweringController } from './answering.controller.js';

@Controller()
class ConnectionsController {
  @Get('hints')
  hints(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'hints');
    const response = byHand(reply);
    response.writeEarlyHints({ link: '</shop.css>; rel=preload' });
    response.end('hinted');
  }

  @Get('trailers')
  trailers(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'trailers');
    const response = byHand(reply);
    response.writeHead(200, { Trailer: 'X-Sum' });
    response.write('body');
    response.addTrailers({ 'X-Sum': '1' });
    response.end();
  }
}

export function connections(platform: Platform): void {
  describe('connections', () => {
    const scene = sceneOf(platform, { controllers: [AnsweringController, ConnectionsController] });

    const ask = (path: string, options: RequestOptions, body?: string) =>
      new Promise<{ status: number; body: string; port: number; continued: boolean; cookies: string[] }>(
        (resolve, reject) => {
          let continued = false;
          const request = httpRequest(`${scene.url}/${path}`, options);
          request.on('continue', () => {
            continued = true;
            request.end(body);
          });
          request.on('error', reject).on('response', (response) => {
            const port = response.socket.localPort!;
            const cookies = response.headers['set-cookie'] ?? [];
            void text(response).then((answered) =>
              resolve({ status: response.statusCode!, body: answered, port, continued, cookies }),
            );
          });
          if (body === undefined) request.end();
          else request.flushHeaders();
        },
      );

    test('many requests over one connection', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      await scene.visitor.get('/text');
      const headers = { cookie: scene.cookie };
      const answers: Awaited<ReturnType<typeof ask>>[] = [];
      for (const path of ['json', 'read', 'untouched', 'res', 'nothing', 'read', 'file', 'no/such', 'write', 'read']) {
        answers.push(await ask(path, { agent, headers }));
      }
      agent.destroy();
      expect(new Set(answers.map(({ port }) => port)).size).toBe(1);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 201, 204, 200, 200, 404, 200, 200]);
      expect([1, 5, 9].map((index) => JSON.parse(answers[index]!.body))).toEqual([
        { how: 'json' },
        { how: 'nothing' },
        { how: 'write' },
      ]);
    });

    test('requests that are sent before the answers to others are there, in order', async () => {
      await scene.visitor.get('/text');
      const { release, reached } = scene.engine.hold();
      const paths = ['json', 'untouched', 'read', 'res', 'untouched'];
      const { hostname, port } = new URL(scene.url);
      const socket = connect(Number(port), hostname);
      const last = (index: number) => (index === paths.length - 1 ? 'Connection: close\r\n' : '');
      socket.write(
        paths
          .map((path, n) => `GET /${path} HTTP/1.1\r\nHost: x\r\nCookie: ${scene.cookie}\r\n${last(n)}\r\n`)
          .join(''),
      );
      void reached.then(release);
      const received = await text(socket);
      expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual([200, 200, 200, 201, 200].map((n) => `HTTP/1.1 ${n}`));
      expect(received.match(/\{[^}]*\}/g)!.filter((_body, index) => index !== 2)).toEqual([
        '{"ok":true}',
        '{"untouched":true}',
        '{"ok":true}',
        '{"untouched":true}',
      ]);
    });

    test('Expect: 100-continue', async () => {
      const body = JSON.stringify({ text: 'x'.repeat(1000) });
      const headers = {
        'content-type': 'application/json',
        'content-length': body.length,
        expect: '100-continue',
      };
      const answer = await ask('large', { method: 'POST', headers }, body);
      expect(answer).toMatchObject({ status: 201, continued: true, body: '{"length":1000}' });
      expect(answer.cookies).toHaveLength(1);
    });

    test('early hints leave at once, the head after the save', async () => {
      const { release, reached } = scene.engine.hold();
      const request = httpRequest(`${scene.url}/hints`).end();
      const answered = once(request, 'response') as Promise<[IncomingMessage]>;
      const [hints] = (await once(request, 'information')) as [{ statusCode: number; headers: object }];
      expect(hints).toMatchObject({ statusCode: 103, headers: { link: '</shop.css>; rel=preload' } });
      await reached;
      await scene.visitor.get('/untouched');
      expect(request).toMatchObject({ res: null });
      release();
      const [response] = await answered;
      expect(response.headers['set-cookie']).toEqual([OUR_COOKIE]);
      expect(await text(response)).toBe('hinted');
    });

    test('trailers arrive', async () => {
      await scene.visitor.get('/text');
      const request = httpRequest(`${scene.url}/trailers`, { headers: { cookie: scene.cookie } }).end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      expect(await text(response)).toBe('body');
      expect(response.trailers).toEqual({ 'x-sum': '1' });
      expect(await scene.held()).toEqual({ how: 'trailers' });
    });

    test('headers that are flushed arrive before the body', async () => {
      const response = await scene.visitor.get('/flush-headers');
      expect(response.headers.get('x-theirs')).toBe('1');
      expect(response.headers.get('content-length')).toBeNull();
      expect(await response.text()).toBe('done');
    });
  });
}
