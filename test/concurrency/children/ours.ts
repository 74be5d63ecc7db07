import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get, Module, Param, Post, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NextFunction, Request, Response } from 'express';
import { Session, SessionsModule } from '../../../libs/sessions/src/index.js';
import { describedEngine, type StoreDescription } from '../support/described-engine.js';
import type { Pass } from '../support/watched-engine.js';

export interface OurDescription {
  library: 'ours';
  store: StoreDescription;
  concurrency: 'merge' | 'overwrite';
  /** Milliseconds that each call of the store takes longer, half of them at least. */
  slowness: number;
}

/** How often the present request has tried to save. */
const tries = new AsyncLocalStorage<{ count: number }>();

@Controller()
class ShopController {
  @Post('add/:name')
  add(@Session() session: Session, @Param('name') name: string, @Res({ passthrough: true }) response: Response) {
    session.set(name, true);
    const counted = tries.getStore()!;
    const writeHead = response.writeHead.bind(response);
    response.writeHead = ((...args: [number]) => {
      response.setHeader('x-tries', counted.count);
      return writeHead(...args);
    }) as typeof response.writeHead;
    return name;
  }

  @Get('keys')
  keys(@Session() session: Session) {
    return session.keys();
  }
}

export async function startOurs({ store, concurrency, slowness }: OurDescription): Promise<string> {
  const slowly: Pass = async (call, ask) => {
    const counted = tries.getStore();
    if (counted && call === 'save') counted.count++;
    await pause((slowness / 2) * (1 + Math.random()));
    return ask();
  };
  const { engine } = await describedEngine(store, slowly);

  @Module({
    imports: [
      SessionsModule.forRoot({ secretKey: 'secret', engine, concurrency, cookieAge: 600, clearSessions: false }),
    ],
    controllers: [ShopController],
  })
  class ShopModule {}

  const app = await NestFactory.create(ShopModule, { logger: ['error'] });
  app.use((_: Request, __: Response, next: NextFunction) => tries.run({ count: 0 }, next));
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}
