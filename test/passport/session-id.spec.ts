import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Post, Req } from '@nestjs/common';
import type { ExpressSession } from '../../libs/sessions/src/http/express-session/express-session.js';
import { keyOf, type Shop, shopWith } from './support/shop.js';
import { inDatabase } from './support/stores.js';

interface SessionRequest {
  session: ExpressSession;
  sessionID: string | null;
}

@Controller()
class IdController {
  @Get('id')
  id(@Req() { session, sessionID }: SessionRequest) {
    return { sessionID, id: session.id };
  }

  @Post('id')
  async change(@Req() request: SessionRequest) {
    await request.session.regenerate();
    request.session.a = 1;
    await request.session.save();
    return { sessionID: request.sessionID, id: request.session.id };
  }
}

describe.each(['Express', 'Fastify'] as Shop['platform'][])('request.sessionID, on %s', (platform) => {
  const shop = shopWith(inDatabase, platform, { controllers: [IdController] });

  test('is the key the session is stored under, and changes with it', async () => {
    const visitor = shop.visitor();
    for (const _ of ['the first', 'another']) {
      const ids = await (await visitor.post('/id')).json();
      expect(ids).toEqual({ sessionID: keyOf(visitor), id: keyOf(visitor) });
    }
    expect(await (await visitor.get('/id')).json()).toEqual({ sessionID: keyOf(visitor), id: keyOf(visitor) });
  });

  test('is null where nothing is stored, whatever the cookie says', async () => {
    const none = { sessionID: null, id: null };
    expect(await (await shop.visitor().get('/id')).json()).toEqual(none);
    const visitor = shop.visitor();
    visitor.cookies.set('sessionid', 'a'.repeat(32));
    expect(await (await visitor.get('/id')).json()).toEqual(none);
  });
});
