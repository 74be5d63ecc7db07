import { expect, test, describe } from '@jest/globals';
import { Controller, Get, Post, Redirect, Req } from '@nestjs/common';
import flash from 'connect-flash';
import { csrfSync } from 'csrf-sync';
import type { Request } from 'express';
import { redisOrSkip } from '../support/services.js';
import { ANN, keyOf, shopWith } from './support/shop.js';
import { inDatabase, inRedis } from './support/stores.js';

const withRedis = await redisOrSkip();

const STORES = [
  ['the engine db on SQLite', inDatabase, describe],
  ['the engine cache on Redis', inRedis, withRedis],
] as const;

/** The request that Connect's middleware has met: Fastify's own has it in `raw`. */
const met = (request: Request & { raw?: Request }): Request => request.raw ?? request;

@Controller()
class MessagesController {
  @Post('notify')
  @Redirect('/inbox', 303)
  notify(@Req() request: Request) {
    met(request).flash('info', 'Saved %d files', '3');
    met(request).flash('info', 'All is well');
  }

  @Get('inbox')
  inbox(@Req() request: Request) {
    return met(request).flash('info');
  }
}

for (const platform of ['Express', 'Fastify'] as const) {
  for (const [name, makeStore, describeOrSkip] of STORES) {
    describeOrSkip(`connect-flash on ${platform}, ${name}`, () => {
      const shop = shopWith(makeStore, platform, { controllers: [MessagesController], middleware: [flash()] });

      test('a message is there after the redirect, once', async () => {
        const visitor = shop.visitor();
        const answer = await visitor.post('/notify');
        expect(answer.status).toBe(303);
        expect(await (await visitor.get(answer.headers.get('location')!)).json()).toEqual([
          'Saved 3 files',
          'All is well',
        ]);
        expect(await (await visitor.get('/inbox')).json()).toEqual([]);
      });

      test('looking again, where there is nothing to be found, writes nothing', async () => {
        const visitor = shop.visitor();
        await visitor.post('/notify');
        await visitor.get('/inbox');
        expect(await shop.during(() => visitor.get('/inbox'))).toHaveLength(1);
      });
    });

    describeOrSkip(`csrf-sync on ${platform}, ${name}`, () => {
      const { csrfSynchronisedProtection, generateToken, revokeToken } = csrfSync();

      @Controller()
      class FormController {
        @Get('form')
        form(@Req() request: Request) {
          return { token: generateToken(met(request)) };
        }

        @Get('form/again')
        again(@Req() request: Request) {
          return { token: met(request).csrfToken!(true) };
        }

        @Get('form/revoked')
        revoked(@Req() request: Request) {
          revokeToken(met(request));
        }

        @Post('form')
        send() {
          return 'sent';
        }
      }
      const shop = shopWith(makeStore, platform, {
        controllers: [FormController],
        middleware: [csrfSynchronisedProtection],
      });
      const tokenAt = async (visitor: ReturnType<typeof shop.visitor>, path = '/form') =>
        ((await (await visitor.get(path)).json()) as { token: string }).token;
      const send = async (visitor: ReturnType<typeof shop.visitor>, token?: string) =>
        (await visitor.post('/form', token === undefined ? {} : { headers: { 'x-csrf-token': token } })).status;

      test('the token of the session is accepted, and stays', async () => {
        const visitor = shop.visitor();
        const token = await tokenAt(visitor);
        expect(await send(visitor, token)).toBe(201);
        expect(await send(visitor, token)).toBe(201);
        expect(await tokenAt(visitor)).toBe(token);
      });

      test('none, a wrong one, somebody else’s, and one without its session are refused', async () => {
        const [visitor, other] = [shop.visitor(), shop.visitor()];
        const token = await tokenAt(visitor);
        const foreign = await tokenAt(other);
        expect(foreign).not.toBe(token);
        expect(await send(visitor)).toBe(403);
        expect(
          await send(
            visitor,
            token.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
          ),
        ).toBe(403);
        expect(await send(visitor, foreign)).toBe(403);
        expect(await send(shop.visitor(), token)).toBe(403);
        expect(await send(visitor, token)).toBe(201);
      });

      test('a new one takes the place of the old one, and a revoked one is good for nothing', async () => {
        const visitor = shop.visitor();
        const old = await tokenAt(visitor);
        const token = await tokenAt(visitor, '/form/again');
        expect(await send(visitor, old)).toBe(403);
        expect(await send(visitor, token)).toBe(201);
        expect((await visitor.get('/form/revoked')).status).toBe(200);
        expect(await send(visitor, token)).toBe(403);
        expect(keyOf(visitor)).toBeDefined();
      });
    });
  }
}

describe('csrf-sync with passport', () => {
  const { csrfSynchronisedProtection, generateToken } = csrfSync();

  @Controller()
  class FormController {
    @Get('form')
    form(@Req() request: Request) {
      return { token: generateToken(request) };
    }
  }
  const shop = shopWith(inDatabase, 'Express', {
    controllers: [FormController],
    middleware: [csrfSynchronisedProtection],
  });

  test('a token from before the log-in ends with the old session', async () => {
    const visitor = shop.visitor();
    const { token } = (await (await visitor.get('/form')).json()) as { token: string };
    const headers = { ...(ANN.headers as object), 'x-csrf-token': token };
    expect((await visitor.post('/login', { ...ANN, headers })).status).toBe(201);
    expect((await visitor.post('/logout', { headers: { 'x-csrf-token': token } })).status).toBe(403);
    const { token: fresh } = (await (await visitor.get('/form')).json()) as { token: string };
    expect((await visitor.post('/logout', { headers: { 'x-csrf-token': fresh } })).status).toBe(204);
    expect(await shop.keys()).toEqual([]);
  });
});
