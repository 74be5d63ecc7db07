import { pipeline, Readable } from 'node:stream';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, Res, StreamableFile } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { byHand, type Platform, type Reply } from '../platform.js';
import { sceneOf } from '../scene.js';
import { AnsweringController } from './answering.controller.js';

/** Breaks before its first byte, or after it. */
function breaking(after: string): Readable {
  const pieces = [Buffer.from(after)].filter(({ length }) => length > 0);
  return new Readable({
    read() {
      const piece = pieces.shift();
      if (piece) this.push(piece);
      else this.destroy(new Error('the disk is broken'));
    },
  });
}

@Controller()
class BreakingController {
  @Get('file-at-once')
  fileAtOnce(@Session() session: Session) {
    session.set('how', 'file-at-once');
    return new StreamableFile(breaking('')).setErrorLogger(() => {});
  }

  @Get('file-half-way')
  fileHalfWay(@Session() session: Session) {
    session.set('how', 'file-half-way');
    return new StreamableFile(breaking('half')).setErrorLogger(() => {});
  }

  @Get('pipeline-at-once')
  pipelineAtOnce(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'pipeline-at-once');
    pipeline(breaking(''), byHand(reply), () => {});
  }

  @Get('pipeline-half-way')
  pipelineHalfWay(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'pipeline-half-way');
    pipeline(breaking('half'), byHand(reply), () => {});
  }

  @Get('generator-at-once')
  // oxlint-disable-next-line require-yield -- it does not come to that
  async *generatorAtOnce(@Session() session: Session): AsyncGenerator<string> {
    session.set('how', 'generator-at-once');
    throw new Error('the disk is broken');
  }
}

export function brokenStreams(platform: Platform): void {
  describe('streams that break', () => {
    const scene = sceneOf(platform, { controllers: [AnsweringController, BreakingController] });
    beforeEach(async () => void (await scene.visitor.get('/text')));

    const ask = async (path: string) => {
      const response = await scene.visitor.get(`/${path}`);
      await response.arrayBuffer();
      return response.status;
    };

    test('a file, before its first byte, when it was saved already: the platform answers', async () => {
      expect(await ask('file-at-once')).toBe(platform.kind === 'express' ? 400 : 500);
      expect(await scene.held()).toEqual({ how: 'file-at-once' });
    });

    test('a generator, before its first piece: an exception, so nothing is saved', async () => {
      expect(await ask('generator-at-once')).toBe(500);
      expect(await scene.held()).toEqual({ how: 'text' });
    });

    test('what is piped, before its first byte: there is no answer, so nothing is saved', async () => {
      await expect(ask('pipeline-at-once')).rejects.toThrow();
      expect(await scene.held()).toEqual({ how: 'text' });
    });

    test.each(['file-half-way', 'pipeline-half-way'])(
      'half-way: the answer breaks off, what was done is kept: %s',
      async (path) => {
        await expect(ask(path)).rejects.toThrow();
        await scene.eventuallyHeld('how', path);
        // Fastify tells of it in its own log.
        for (const complaint of scene.complaints.splice(0)) expect(complaint).toContain('the disk is broken');
      },
    );
  });
}
