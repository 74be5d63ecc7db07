import { afterEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, type INestApplication, Post, Res } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { startApplication } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';

/** A cache that takes its time, so that nothing is done by chance before the answer leaves. */
class SlowCache extends MemoryCache {
  override async delete(key: string): Promise<void> {
    await new Promise(setImmediate);
    return super.delete(key);
  }

  override async add(...args: Parameters<MemoryCache['add']>) {
    await new Promise(setImmediate);
    return super.add(...args);
  }
}

@Controller()
class HastyController {
  @Post('login')
  logIn(@Session() session: Session) {
    session.set('user', 'ann');
    void session.cycleKey();
  }

  @Post('logout')
  logOut(@Session() session: Session) {
    session.set('last', 'change');
    void session.flush();
  }

  @Post('by-hand')
  byHand(@Session() session: Session, @Res() reply: { send(body: string): void }) {
    session.set('last', 'change');
    void session.flush();
    reply.send('done');
  }

  @Get('read')
  read(@Session() session: Session) {
    return { ...session.data };
  }
}

let app: INestApplication;
afterEach(() => app.close());

async function start() {
  const cache = new SlowCache();
  const started = await startApplication(
    { engine: 'cache', caches: { default: { backend: cache } } },
    { controllers: [HastyController] },
  );
  app = started.app;
  return { visitor: new Visitor(started.url), cache };
}

describe('what a handler did not await is done before its answer leaves', () => {
  test('a new key is told', async () => {
    const { visitor } = await start();
    await visitor.post('/login');
    const before = visitor.cookies.get('sessionid');
    await visitor.post('/login');
    expect(visitor.cookies.get('sessionid')).not.toBe(before);
    expect(await (await visitor.get('/read')).json()).toEqual({ user: 'ann' });
  });

  test.each(['/logout', '/by-hand'])('%s leaves nothing behind', async (path) => {
    const { visitor, cache } = await start();
    await visitor.post('/login');
    expect(cache.size).toBe(1);
    await visitor.post(path);
    expect(cache.size).toBe(0);
    expect(visitor.cookies.size).toBe(0);
  });
});
