import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { startApplication, type TestApplication } from '../support/application.js';

@Controller()
class CounterController {
  @Get()
  count(@Session() session: Session<{ visits: number }>) {
    session.set('visits', session.get('visits', 0) + 1);
    return { visits: session.get('visits') };
  }

  @Get('nothing')
  nothing() {
    return 'nothing';
  }
}

let running: TestApplication;
beforeAll(async () => {
  running = await startApplication({}, { controllers: [CounterController] });
});
afterAll(() => running.app.close());

test('a visitor is counted', async () => {
  const first = await fetch(running.url);
  expect(await first.json()).toEqual({ visits: 1 });
  const cookie = first.headers.get('set-cookie')!;
  expect(cookie).toMatch(/^sessionid=[a-z0-9]{32}; expires=/);
  expect(first.headers.get('vary')).toBe('Cookie');
  const second = await fetch(running.url, { headers: { cookie: cookie.split(';')[0]! } });
  expect(await second.json()).toEqual({ visits: 2 });
  const third = await fetch(`${running.url}/nothing`, { headers: { cookie: cookie.split(';')[0]! } });
  expect(third.headers.get('vary')).toBeNull();
});
