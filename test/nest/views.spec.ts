import { fileURLToPath } from 'node:url';
import fastifyView from '@fastify/view';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, type INestApplication, Render, Res } from '@nestjs/common';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test, type TestingModule } from '@nestjs/testing';
import ejs from 'ejs';
import hbs from 'hbs';
import { Session, type SessionsOptions, SessionsModule } from 'nestjs-django-sessions';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CreateDjangoSession1700000000000 } from 'nestjs-django-sessions/typeorm';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';
import { StatementLog } from '../support/statements.js';

const VIEWS = fileURLToPath(new URL('views', import.meta.url));
const ESCAPED = '&lt;b&gt;';

@Controller()
class PagesController {
  @Get('fill')
  fill(@Session() session: Session) {
    session.update({ cart: ['<b>', 'bread'], user: { name: 'Ada' } });
  }

  @Get('cart')
  @Render('cart')
  cart() {
    return { title: 'Cart' };
  }

  @Get('changed')
  @Render('cart')
  changed(@Session() session: Session) {
    session.set('cart', ['changed']);
    return { title: 'Cart' };
  }

  @Get('own')
  @Render('cart')
  own() {
    return { title: 'Cart', session: { cart: ['its own'] } };
  }

  @Get('plain')
  @Render('plain')
  plain() {
    return { title: 'Plain' };
  }

  @Get('writes')
  @Render('writes')
  writes() {
    return {};
  }

  @Get('json')
  json(@Res({ passthrough: true }) _reply: unknown) {
    return { title: 'no view' };
  }
}

hbs.registerHelper('write', (session: Record<string, unknown>) => {
  session['user'] = 'someone else';
});

interface ViewPlatform {
  name: string;
  make(module: TestingModule): Promise<INestApplication>;
}

const expressWithHbs: ViewPlatform = {
  name: 'Express with hbs',
  async make(module: TestingModule) {
    const app = module.createNestApplication<NestExpressApplication>(new ExpressAdapter(), { logger: false });
    app.setBaseViewsDir(VIEWS);
    app.setViewEngine('hbs');
    return app;
  },
};
const expressWithEjs: ViewPlatform = {
  name: 'Express with ejs',
  async make(module: TestingModule) {
    const app = module.createNestApplication<NestExpressApplication>(new ExpressAdapter(), { logger: false });
    app.setBaseViewsDir(VIEWS);
    app.engine('ejs', ejs.renderFile);
    app.setViewEngine('ejs');
    return app;
  },
};
const fastifyWithEjs: ViewPlatform = {
  name: 'Fastify with ejs',
  async make(module: TestingModule) {
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    await app.register(fastifyView as never, { engine: { ejs }, root: VIEWS, viewExt: 'ejs' });
    return app;
  },
};

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function listen(module: TestingModule, how: ViewPlatform['make']) {
  app = await how(module);
  await app.listen(0, '127.0.0.1');
  return new Visitor(await app.getUrl());
}

describe.each([expressWithHbs, expressWithEjs, fastifyWithEjs])('$name', ({ make: how }) => {
  async function start(options: Partial<SessionsOptions> = {}) {
    const log = new StatementLog();
    const database = TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: ':memory:',
      migrations: [CreateDjangoSession1700000000000],
      migrationsRun: true,
      logging: true,
      logger: log,
    });
    const module = await Test.createTestingModule({
      imports: [database, SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, ...options })],
      controllers: [PagesController],
    }).compile();
    const visitor = await listen(module, how);
    return { visitor, statements: log.statements };
  }

  test('a view reads the session, which its handler did not ask for', async () => {
    const { visitor } = await start();
    await visitor.get('/fill');
    const response = await visitor.get('/cart');
    expect((await response.text()).trim()).toBe(`<p>Cart: [${ESCAPED}][bread] Ada</p>`);
    expect(response.headers.get('vary')).toBe('Cookie');
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  test('a visitor without a cookie has an empty one, at no cost', async () => {
    const { visitor, statements } = await start();
    statements.length = 0;
    const response = await visitor.get('/cart');
    expect((await response.text()).trim()).toBe('<p>Cart:  </p>');
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(statements).toEqual([]);
  });

  test('it sees what the handler changed', async () => {
    const { visitor } = await start();
    await visitor.get('/fill');
    expect((await (await visitor.get('/changed')).text()).trim()).toBe('<p>Cart: [changed] Ada</p>');
  });

  test('what the handler calls session itself stays', async () => {
    const { visitor } = await start();
    await visitor.get('/fill');
    expect((await (await visitor.get('/own')).text()).trim()).toBe('<p>Cart: [its own] </p>');
  });

  test('a view that does not look at it leaves no trace', async () => {
    const { visitor } = await start();
    await visitor.get('/fill');
    const response = await visitor.get('/plain');
    expect((await response.text()).trim()).toBe('<p>Plain</p>');
    expect(response.headers.get('vary')).toBeNull();
    visitor.cookies.set('sessionid', 'unknownkey0123456789abcdefghijkl');
    expect((await visitor.get('/plain')).headers.getSetCookie()).toEqual([]);
  });

  test('a view cannot change it', async () => {
    const { visitor } = await start();
    await visitor.get('/fill');
    expect((await visitor.get('/writes')).status).toBe(500);
    expect((await (await visitor.get('/cart')).text()).trim()).toContain('Ada');
  });

  test('what renders no view loads nothing, and sessionInViews: false stops it', async () => {
    const { visitor, statements } = await start({ sessionInViews: false });
    await visitor.get('/fill');
    statements.length = 0;
    expect((await (await visitor.get('/plain')).text()).trim()).toBe('<p>Plain</p>');
    await visitor.get('/json');
    expect(statements).toEqual([]);
    const html = await (await visitor.get('/cart')).text();
    expect(html).not.toContain('Ada');
  });

  test('a view with the session costs one read', async () => {
    const { visitor, statements } = await start();
    await visitor.get('/fill');
    statements.length = 0;
    await visitor.get('/cart');
    expect(statements).toHaveLength(1);
    statements.length = 0;
    await visitor.get('/json');
    expect(statements).toEqual([]);
  });
});
