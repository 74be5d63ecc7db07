import type { ServerResponse } from 'node:http';
import { describe, expect, jest, test } from '@jest/globals';
import { Controller, Get, Logger, Res, Sse } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { concat, defer, from, ignoreElements, type Observable, of } from 'rxjs';
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

    test.each(['events', 'slow-events', 'after-an-event', 'late'])(
      'to a session that exists are kept: %s',
      async (path) => {
        await (await scene.visitor.get('/events')).text();
        await (await scene.visitor.get(`/${path}`)).text();
        await scene.eventuallyHeld('how', path);
      },
    );

    test.each([
      ['late', 'first second third'],
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
