import compression from 'compression';
import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Res, StreamableFile } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { asMiddleware, type Mounting } from '../mounting.js';
import { byHand, type Platform, type Reply } from '../platform.js';
import { sceneOf } from '../scene.js';

// Nobody can make it smaller.
const CHUNK = randomBytes(65_536);
/** 64 MB: nobody produces as much for a client who does not read, unless nobody stops him. */
const TOO_MANY = 1000;

/** Goes on for as long as somebody takes what it gives, up to there, and counts. */
class Spring extends Readable {
  given = 0;

  override _read(): void {
    this.push(this.given++ < TOO_MANY ? CHUNK : null);
  }
}

@Controller()
class SpringController {
  spring = new Spring();

  @Get('file')
  file(@Session() session: Session) {
    session.set('how', 'file');
    return new StreamableFile((this.spring = new Spring()), { type: 'text/plain' });
  }

  @Get('pipeline')
  pipeline(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'pipeline');
    const response = byHand(reply).setHeader('Content-Type', 'text/plain');
    pipeline((this.spring = new Spring()), response, () => {});
  }

  @Get('untouched')
  untouched() {
    return {};
  }
}

const MOUNTINGS: Mounting[] = [
  { side: 'alone', parts: {} },
  ...asMiddleware(compression({ level: 1 })).map(({ side, parts }) => ({ side: `with compression ${side}`, parts })),
];

export function backPressure(platform: Platform): void {
  describe.each(MOUNTINGS)('a stream without end, $side', ({ parts }) => {
    const scene = sceneOf(platform, { controllers: [SpringController], ...parts });
    const rounds = async (count: number) => {
      for (let round = 0; round < count; round++) await (await scene.visitor.get('/untouched')).arrayBuffer();
    };

    test.each(['file', 'pipeline'])('is given up where the session cannot be saved: %s', async (path) => {
      scene.engine.broken = true;
      expect((await scene.visitor.get(`/${path}`)).status).toBe(503);
      const { spring } = scene.app.get(SpringController);
      while (!spring.destroyed) await rounds(1);
    });

    test.each(['file', 'pipeline'])('is not drawn from without need: %s', async (path) => {
      const controller = scene.app.get(SpringController);
      await (await scene.visitor.get('/untouched')).arrayBuffer();
      const { release, reached } = scene.engine.hold();
      const request = httpRequest(`${scene.url}/${path}`, { headers: { 'accept-encoding': 'gzip' } });
      const answered = new Promise<IncomingMessage>((resolve, reject) =>
        request.on('response', resolve).on('error', reject),
      );
      request.end();
      await reached;
      const { spring } = controller;

      // While the store has not answered, what is given is kept in memory.
      await rounds(10);
      expect(spring.given).toBeLessThan(5);

      // The client has the head, and reads no further.
      release();
      const response = await answered;
      let before = -1;
      while (spring.given !== before && spring.given < TOO_MANY) {
        before = spring.given;
        await rounds(5);
      }
      expect(spring.given).toBeLessThan(TOO_MANY);

      // Once the client reads, it goes on.
      response.resume();
      while (spring.given <= before) await rounds(1);

      // And it ends with the client.
      request.destroy();
      while (!spring.destroyed) await rounds(1);
    });
  });
}
