import fastifyCompress from '@fastify/compress';
import compression from 'compression';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Res, StreamableFile } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { asMiddleware, asPlugin, type Mounting } from '../mounting.js';
import { byHand, type Platform, type Reply } from '../platform.js';
import { sceneOf } from '../scene.js';
import { isByHand, standsBeside } from './library.js';

/** Text that is worth compressing, and still long when it is: 400 kB. */
const LONG = Array.from({ length: 6250 }, (_, n) => createHash('sha256').update(String(n)).digest('hex')).join('');
const parts = (size: number) =>
  Array.from({ length: Math.ceil(LONG.length / size) }, (_, n) => Buffer.from(LONG.slice(n * size, (n + 1) * size)));

type Compressed = ReturnType<typeof byHand> & { flush?(): void };

@Controller()
class LongController {
  arrived = () => {};

  @Get('value')
  value(@Session() session: Session) {
    session.set('how', 'value');
    return { text: LONG };
  }

  @Get('sent')
  sent(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'sent');
    reply.header('Content-Type', 'text/plain').send(LONG);
  }

  @Get('file')
  file(@Session() session: Session) {
    session.set('how', 'file');
    return new StreamableFile(Readable.from(parts(50_000)), { type: 'text/plain' });
  }

  /** Pieces so small that whoever compresses them takes them all in at once. */
  @Get('file-of-crumbs')
  crumbs(@Session() session: Session) {
    session.set('how', 'file-of-crumbs');
    return new StreamableFile(Readable.from(parts(100).slice(0, 20)), { type: 'text/plain' });
  }

  @Get('pipe')
  pipe(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'pipe');
    Readable.from(parts(50_000)).pipe(byHand(reply).setHeader('Content-Type', 'text/plain'));
  }

  @Get('pipeline')
  pipeline(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'pipeline');
    return pipeline(Readable.from(parts(100).slice(0, 300)), byHand(reply).setHeader('Content-Type', 'text/plain'));
  }

  @Get('write-head')
  writeHead(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'write-head');
    byHand(reply).writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': LONG.length }).end(LONG);
  }

  @Get('flush')
  async flush(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'flush');
    const response = byHand(reply).setHeader('Content-Type', 'text/plain') as Compressed;
    const arrived = new Promise<void>((resolve) => (this.arrived = resolve));
    response.write('first ');
    response.flush!();
    await arrived;
    response.end('last');
  }
}

const BODIES: Record<string, string> = {
  value: JSON.stringify({ text: LONG }),
  'file-of-crumbs': LONG.slice(0, 2000),
  pipeline: LONG.slice(0, 30_000),
};

const MIDDLEWARE = asMiddleware(compression());
const PLUGIN = asPlugin(fastifyCompress);
const MOUNTINGS = { express: MIDDLEWARE, fastify: [...PLUGIN, ...MIDDLEWARE] };

export function compressed(platform: Platform): void {
  describe.each(MOUNTINGS[platform.kind])('compression, $side', (mounting: Mounting) => {
    const scene = sceneOf(platform, { controllers: [LongController], ...mounting.parts });
    const paths = ['value', 'sent', 'file', 'file-of-crumbs', 'pipe', 'pipeline', 'write-head'];
    const isCompressed = (path: string) => !PLUGIN.includes(mounting) || !isByHand(path);

    standsBeside(platform, scene, paths, (path) =>
      isCompressed(path) ? { headers: { 'content-encoding': 'gzip' }, vary: ['accept-encoding'] } : {},
    );

    test.each(paths)('it arrives whole and in order: %s', async (path) => {
      const text = await (await scene.visitor.get(`/${path}`)).text();
      const body = BODIES[path] ?? LONG;
      if (text !== body) expect({ length: text.length }).toEqual({ length: body.length });
    });

    test.each(paths)('an error in place of an answer is not taken for compressed: %s', async (path) => {
      scene.engine.broken = true;
      const response = await scene.visitor.get(`/${path}`);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ statusCode: 503 });
    });

    if (PLUGIN.includes(mounting)) return;
    test.each(['with a slow store', 'with a quick one'])(
      'what is flushed arrives, %s',
      async (store) => {
        const response = await (store === 'with a slow store'
          ? scene.savedFirst('/flush')
          : scene.visitor.get('/flush'));
        const chunks = response.body!.pipeThrough(new TextDecoderStream()).getReader();
        expect((await chunks.read()).value).toBe('first ');
        scene.app.get(LongController).arrived();
        expect((await chunks.read()).value).toBe('last');
        expect(await scene.held()).toEqual({ how: 'flush' });
      },
      5000,
    );
  });
}
