import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { ExpressSession } from '../../libs/sessions/src/http/express-session/express-session.js';
import { sending, type Shop, shopWith } from './support/shop.js';
import { inMemory } from './support/stores.js';

type SessionRequest = Request & { session: ExpressSession };

/** As much code for express-session has it: nobody waits for what was begun. */
@Controller()
class HastyController {
  @Post('save')
  save(@Req() { session }: SessionRequest) {
    session.a = 1;
    void session.save();
  }

  @Post('save-and-go')
  saveAndGo(@Req() { session }: SessionRequest, @Res() response: Response) {
    session.a = 1;
    void session.save();
    response.redirect('/data');
  }

  @Post('destroy')
  destroy(@Req() { session }: SessionRequest) {
    void session.destroy();
  }

  @Post('destroy-and-go')
  destroyAndGo(@Req() { session }: SessionRequest, @Res() response: Response) {
    session.late = true;
    void session.destroy();
    response.redirect('/data');
  }

  @Post('regenerate')
  regenerate(@Req() { session }: SessionRequest) {
    session.late = true;
    void session.regenerate();
  }

  @Get('reload')
  reload(@Req() { session }: SessionRequest) {
    session.a = 'dropped';
    void session.reload();
  }
}

describe.each(['Express', 'Fastify'] as Shop['platform'][])('what nobody waits for, on %s', (platform) => {
  const store = inMemory();
  const shop = shopWith(() => store, platform, { controllers: [HastyController] });
  const gone = [expect.stringMatching(/^sessionid=""; .*Max-Age=0/)];
  const paths = (...names: string[]) => (platform === 'Express' ? names : names.filter((name) => !name.endsWith('go')));

  test.each(paths('/save', '/save-and-go'))('%s stores the session once', async (path) => {
    const visitor = shop.visitor();
    expect(await shop.during(() => visitor.post(path))).toEqual(['add']);
    expect(await (await visitor.get('/data')).json()).toEqual({ a: 1 });
  });

  test.each(paths('/destroy', '/destroy-and-go', '/regenerate'))('%s: no session, and no cookie', async (path) => {
    const before = await shop.keys();
    const visitor = shop.visitor();
    await visitor.post('/data', sending({ a: 1 }));
    let answer!: Response | globalThis.Response;
    expect(await shop.during(async () => (answer = await visitor.post(path)))).toEqual(['get', 'delete']);
    expect((answer as globalThis.Response).headers.getSetCookie()).toEqual(gone);
    expect(await shop.keys()).toEqual(before);
  });

  test('/reload: what was set before is not saved', async () => {
    const visitor = shop.visitor();
    await visitor.post('/data', sending({ a: 1 }));
    expect(await shop.during(() => visitor.get('/reload'))).toEqual(['get', 'get']);
    expect(await (await visitor.get('/data')).json()).toEqual({ a: 1 });
  });

  test('a session that could not be deleted is as it was, cookie and all', async () => {
    const visitor = shop.visitor();
    await visitor.post('/data', sending({ a: 1 }));
    store.cache.broken = (operation) => operation === 'delete';
    expect((await visitor.post('/destroy')).headers.getSetCookie()).toEqual([]);
    store.cache.broken = false;
    expect(await (await visitor.get('/data')).json()).toEqual({ a: 1 });
  });
});
