import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Controller, type ExecutionContext, Get, Injectable, Req, UseGuards } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import type { FastifyReply } from 'fastify';
import passport from 'passport';
import { passportOnFastify } from '../../docs/examples/passport-fastify.js';
import { type Shop, shopWith } from './support/shop.js';
import { inDatabase } from './support/stores.js';

interface SessionRequest {
  session: Record<string, any>;
  query: Record<string, string>;
  user?: object;
}

/** What strategies of OAuth do with a session: a state goes along to the provider, and must come back. */
class RedirectingStrategy extends passport.Strategy {
  override name = 'provider';

  override authenticate(platformRequest: object) {
    const request = platformRequest as SessionRequest;
    const { code, state } = request.query;
    if (code === undefined) {
      const fresh = randomBytes(8).toString('hex');
      request.session['oauth2:provider'] = { state: fresh };
      return this.redirect(`https://provider.example/authorize?state=${fresh}`);
    }
    const kept = request.session['oauth2:provider'] as { state: string } | undefined;
    delete request.session['oauth2:provider'];
    if (!kept || kept.state !== state)
      return this.fail({ message: 'Unable to verify authorization request state.' }, 403);
    this.success({ id: 0, name: code } as Express.User);
  }
}

@Injectable()
class ProviderStrategy extends PassportStrategy(RedirectingStrategy) {
  validate() {}
}

/** On Fastify passport wants Node's response, as Fastify's own is no Connect response. */
@Injectable()
class ProviderGuard extends AuthGuard('provider') {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    await super.logIn(context.switchToHttp().getRequest());
    return true;
  }

  getResponse(context: ExecutionContext) {
    const reply = context.switchToHttp().getResponse<FastifyReply & { raw?: object }>();
    return reply.raw ?? reply;
  }
}

/** Without that. */
@Injectable()
class PlainProviderGuard extends AuthGuard('provider') {}

@Controller()
class ProviderController {
  @Get('provider')
  @UseGuards(ProviderGuard)
  logIn(@Req() request: SessionRequest) {
    return request.user;
  }

  @Get('provider/plain')
  @UseGuards(PlainProviderGuard)
  plain() {}
}

describe.each(['Express', 'Fastify'] as Shop['platform'][])('a strategy that redirects, on %s', (platform) => {
  const shop = shopWith(inDatabase, platform, {
    controllers: [ProviderController],
    providers: [ProviderStrategy],
    ...(platform === 'Fastify' && { prepare: passportOnFastify }),
  });

  test('finds in the session what it left there before', async () => {
    const visitor = shop.visitor();
    const away = await visitor.get('/provider');
    expect(away.status).toBe(302);
    const state = new URL(away.headers.get('location')!).searchParams.get('state')!;
    const key = visitor.cookies.get('sessionid');
    expect(await shop.keys()).toEqual([key]);
    const back = await visitor.get(`/provider?code=ann&state=${state}`);
    expect(await back.json()).toEqual({ id: 0, name: 'ann' });
    expect(visitor.cookies.get('sessionid')).not.toBe(key);
    expect(await (await visitor.get('/me')).json()).toEqual({ id: 0, name: 'ann' });
    expect(await (await visitor.get('/data')).json()).toEqual({ passport: { user: 0 } });
    await visitor.post('/logout');
    expect(await shop.keys()).toEqual([]);
  });

  test('and refuses what it did not leave', async () => {
    const visitor = shop.visitor();
    await visitor.get('/provider');
    expect((await visitor.get('/provider?code=ann&state=guessed')).status).toBe(401);
    expect((await visitor.get('/me')).status).toBe(403);
    expect((await shop.visitor().get('/provider?code=ann&state=guessed')).status).toBe(401);
  });

  test(`passport ${platform === 'Fastify' ? 'cannot redirect' : 'redirects'} by the platform’s own response`, async () => {
    expect((await shop.visitor().get('/provider/plain')).status).toBe(platform === 'Fastify' ? 500 : 302);
  });
});
