import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Res } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { byHand, type Platform, type Reply } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';

@Controller()
class HastyController {
  refusals: unknown[] = [];

  @Get('then-throws')
  thenThrows(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'then-throws');
    reply.status(201).send({ first: true });
    throw new Error('too late');
  }

  @Get('twice')
  twice(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'twice');
    const response = byHand(reply);
    response.statusCode = 201;
    response.end('first');
    try {
      response.setHeader('Content-Length', 100);
    } catch (error) {
      this.refusals.push((error as NodeJS.ErrnoException).code);
    }
    response.statusCode = 500;
    this.refusals.push(response.headersSent, response.writableEnded);
    response.end('a second, longer one');
  }

  @Get('late-header')
  lateHeader(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'late-header');
    reply.header('X-Early', '1').send('sent');
    try {
      reply.header('X-Early', '2').header('X-Late', '2');
    } catch {
      // Express refuses, Fastify passes over it.
    }
  }

  @Get('bad-header')
  badHeader(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'bad-header');
    byHand(reply).writeHead(200, { 'X-Theirs': 'two\nlines' }).end('done');
  }
}

export function secondAnswers(platform: Platform): void {
  describe('an answer that waits counts as given', () => {
    const scene = sceneOf(platform, { controllers: [HastyController] });

    test('a handler that answers and then throws', async () => {
      const response = await scene.visitor.get('/then-throws');
      expect(response.status).toBe(201);
      expect(await response.json()).toEqual({ first: true });
      expect(response.headers.getSetCookie()).toEqual([OUR_COOKIE]);
      expect(await scene.held()).toEqual({ how: 'then-throws' });
    });

    test('a handler that answers twice', async () => {
      const response = await scene.visitor.get('/twice');
      expect(response.status).toBe(201);
      expect(await response.text()).toBe('first');
      expect(scene.app.get(HastyController).refusals).toEqual(['ERR_HTTP_HEADERS_SENT', true, true]);
      expect(await scene.held()).toEqual({ how: 'twice' });
    });

    test('a handler that sets headers when it has answered', async () => {
      const response = await scene.visitor.get('/late-header');
      expect(await response.text()).toBe('sent');
      expect([response.headers.get('x-early'), response.headers.get('x-late')]).toEqual(['1', null]);
    });

    test('a head that Node refuses, when it is too late to tell the handler, is a 500', async () => {
      const response = await scene.visitor.get('/bad-header');
      expect(response.status).toBe(500);
      expect(await response.json()).toEqual({ statusCode: 500, message: 'Internal server error' });
    });
  });
}
