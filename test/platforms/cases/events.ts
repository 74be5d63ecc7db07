import type { ServerResponse } from 'node:http';
import { describe, expect, jest, test } from '@jest/globals';
import { Controller, Get, Logger, Res, Sse } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { concat, defer, from, ignoreElements, Observable, of } from 'rxjs';
import { byHand, type Platform, type Reply } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';

@Controller()
export class EventsController {
  @Sse('events')
  async events(@Session() session: Session): Promise<Observable<object>> {
    session.set('how', 'events');
    return from([{ data: 'one' }, { data: 'two' }]);
  }

  /** Nest does not wait for its handlers with the head of a stream. */
  @Sse('slow-events')
  async slowEvents(
    @Session() session: Session,
    @Res({ passthrough: true }) reply: Reply & { raw?: ServerResponse },
  ): Promise<Observable<object>> {
    const response = reply.raw ?? (reply as unknown as ServerResponse);
    while (!response.headersSent) await new Promise((resolve) => setImmediate(resolve));
    session.set('how', 'slow-events');
    return from([{ data: 'one' }]);
  }

  @Sse('after-an-event')
  async afterAnEvent(@Session() session: Session): Promise<Observable<object>> {
    const change = defer(async () => session.set('how', 'after-an-event')).pipe(ignoreElements());
    return concat(of({ data: 'one' }), change, of({ data: 'two' }));
  }

  /** Goes on until the client leaves. */
  @Sse('endless')
  async endless(@Session() session: Session): Promise<Observable<object>> {
    session.set('how', 'endless');
    return new Observable((subscriber) => {
      subscriber.next({ data: 'one' });
      return () => session.set('left', true);
    });
  }

  @Get('after-a-piece')
  async *afterAPiece(@Session() session: Session) {
    yield 'first';
    session.set('how', 'after-a-piece');
    yield ' second';
  }

  @Get('before-and-after')
  async *beforeAndAfter(@Session() session: Session) {
    session.set('how', 'before-and-after');
    yield 'first';
    session.set('later', true);
    yield ' second';
  }

  @Get('flushed')
  flushed(@Session() session: Session, @Res() reply: Reply) {
    const response = byHand(reply);
    response.flushHeaders();
    session.set('how', 'flushed');
    response.end('done');
  }

  @Get('late')
  async late(@Session() session: Session, @Res() reply: Reply) {
    const response = byHand(reply);
    response.write('first');
    await new Promise((resolve) => response.write(' second', resolve));
    session.set('how', 'late');
    response.end(' third');
  }
}

export function events(platform: Platform): void {
  describe('streams of events, and changes after the headers have left', () => {
    const scene = sceneOf(platform, { controllers: [EventsController] });

    test('what was changed before the first event is kept, with its cookie', async () => {
      const response = await scene.visitor.get('/events');
      expect(response.headers.getSetCookie()).toEqual([OUR_COOKIE]);
      expect(response.headers.get('vary')).toBe('Cookie');
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      expect(response.headers.get('cache-control')).toMatch(/^private, no-cache, no-store/);
      expect(await response.text()).toMatch(/data: one[^]*data: two/);
      expect(await scene.held()).toEqual({ how: 'events' });
    });

    /** The stream without end, read up to its first event. */
    const begin = async () => {
      const response = await scene.savedFirst('/endless');
      const pieces = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      let received = '';
      while (!received.includes('data: one')) received += (await pieces.read()).value;
      return { response, pieces };
    };

    test('what was changed before the first event can be read as soon as it is there', async () => {
      const { response, pieces } = await begin();
      expect(response.headers.getSetCookie()).toEqual([OUR_COOKIE]);
      expect(await scene.held()).toEqual({ how: 'endless' });
      await pieces.cancel();
    });

    test('what is changed because the client leaves is kept', async () => {
      const { pieces } = await begin();
      await pieces.cancel();
      await scene.eventuallyHeld('left', true);
    }, 5000);

    test('what is changed while an answer is under way is kept, too, where the session was announced with it', async () => {
      const response = await scene.savedFirst('/before-and-after');
      expect(await response.text()).toBe('first second');
      await scene.eventuallyHeld('later', true);
      expect(await scene.held()).toEqual({ how: 'before-and-after', later: true });
    });

    test('a store that fails is a 503', async () => {
      scene.engine.broken = true;
      const response = await scene.visitor.get('/events');
      expect(response.status).toBe(503);
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(await response.json()).toMatchObject({ statusCode: 503 });
      expect(response.headers.getSetCookie()).toEqual([]);
    });

    test.each(['events', 'slow-events', 'after-an-event', 'after-a-piece', 'flushed', 'late'])(
      'to a session that exists are kept: %s',
      async (path) => {
        await (await scene.visitor.get('/events')).text();
        await (await scene.visitor.get(`/${path}`)).text();
        await scene.eventuallyHeld('how', path);
      },
    );

    test.each([
      ['late', 'first second third'],
      ['flushed', 'done'],
      ['after-a-piece', 'first second'],
      ['slow-events', '\nid: 1\ndata: one\n\n'],
    ])('to a session without a cookie are not kept, and that is told: %s', async (path, body) => {
      const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
      expect(await (await scene.visitor.get(`/${path}`)).text()).toBe(body);
      while (warned.mock.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
      expect(warned.mock.calls[0]![0]).toMatch(/changed after the headers of its answer had left/);
      expect(await scene.held()).toEqual({});
      expect(scene.engine.writes).toBe(0);
      warned.mockRestore();
    });
  });
}
