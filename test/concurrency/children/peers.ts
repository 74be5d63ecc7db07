import { setTimeout as pause } from 'node:timers/promises';
import cookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { Controller, Get, Module, Param, Post, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { RedisStore } from 'connect-redis';
import expressSession from 'express-session';
import { Redis } from 'ioredis';

export interface PeerDescription {
  library: 'express-session' | '@fastify/session';
  redis: string;
  prefix: string;
  /** Milliseconds that each call of the store takes longer, half of them at least. */
  slowness: number;
}

const SECRET = 'a secret that is long enough for all of them';

@Controller()
class ShopController {
  @Post('add/:name')
  add(@Req() request: { session: Record<string, unknown> }, @Param('name') name: string) {
    request.session[name] = true;
    return name;
  }

  @Get('keys')
  keys(@Req() request: { session: Record<string, unknown> }) {
    return Object.keys(request.session);
  }
}

@Module({ controllers: [ShopController] })
class ShopModule {}

export async function startExpressSession(shop: PeerDescription): Promise<string> {
  const app = await NestFactory.create(ShopModule, new ExpressAdapter(), { logger: ['error'] });
  const options = { secret: SECRET, resave: false, saveUninitialized: false };
  app.use(expressSession({ ...options, store: slowStore(shop) }));
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

export async function startFastifySession(shop: PeerDescription): Promise<string> {
  const app = await NestFactory.create<NestFastifyApplication>(ShopModule, new FastifyAdapter(), { logger: ['error'] });
  await app.register(cookie as never);
  const options = { secret: SECRET, cookie: { secure: false }, saveUninitialized: false };
  await app.register(fastifySession as never, { ...options, store: slowStore(shop) } as never);
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

/** The store that both of them are used with, as slow as ours. */
function slowStore({ redis, prefix, slowness }: PeerDescription): RedisStore {
  const store = new RedisStore({ client: new Redis(redis), prefix, ttl: 600 });
  for (const method of ['get', 'set', 'touch', 'destroy'] as const) {
    const ask = store[method].bind(store) as (...args: unknown[]) => unknown;
    Object.assign(store, {
      [method]: async (...args: unknown[]) => {
        await pause((slowness / 2) * (1 + Math.random()));
        return ask(...args);
      },
    });
  }
  return store;
}
