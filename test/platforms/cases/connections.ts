import { Agent, request as httpRequest, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import type { Platform } from '../platform.js';
import { sceneOf } from '../scene.js';
import { AnsweringController } from './answering.controller.js';

export function connections(platform: Platform): void {
  describe('connections', () => {
    const scene = sceneOf(platform, { controllers: [AnsweringController] });

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

    test('headers that are flushed arrive before the body', async () => {
      const response = await scene.visitor.get('/flush-headers');
      expect(response.headers.get('x-theirs')).toBe('1');
      expect(response.headers.get('content-length')).toBeNull();
      expect(await response.text()).toBe('done');
    });
  });
}
