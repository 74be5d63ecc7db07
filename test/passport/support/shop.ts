import { afterAll, beforeAll } from '@jest/globals';
import {
  Body,
  Controller,
  Get,
  type INestApplication,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  Post,
  type Type,
} from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Session, SessionsModule, type SessionsOptions } from 'nestjs-django-sessions';
import passport from 'passport';
import { AccountController, PasswordStrategy, Users, UserSerializer } from '../../../docs/examples/passport.js';
import { SECRET } from '../../support/application.js';
import { Visitor } from '../../support/browserlike.js';
import type { ShopStore } from './stores.js';

@Controller()
class DataController {
  @Get('data')
  data(@Session() session: Session) {
    return { ...session.data };
  }

  @Post('data')
  put(@Session() session: Session, @Body() members: object) {
    session.update(members);
  }
}

export interface ShopParts {
  controllers?: Type[];
  providers?: Type[];
  /** Connect's middleware, behind passport's. */
  middleware?: Function[];
  passport?: object;
  sessions?: Partial<SessionsOptions>;
  prepare?: (app: NestFastifyApplication) => void;
}

/** A running application with passport, on one of the platforms. */
export class Shop {
  app!: INestApplication;
  url!: string;

  constructor(
    readonly store: ShopStore,
    readonly platform: 'Express' | 'Fastify' = 'Express',
  ) {}

  async start(parts: ShopParts): Promise<this> {
    const { controllers = [], providers = [], middleware = [], prepare = () => {} } = parts;
    const onExpress = this.platform === 'Express';

    @Module({
      imports: [
        ...this.store.imports(),
        SessionsModule.forRoot({
          secretKey: SECRET,
          clearSessions: false,
          expressSession: true,
          ...this.store.options,
          ...parts.sessions,
        }),
        PassportModule.register({ session: true, ...parts.passport }),
      ],
      providers: [Users, PasswordStrategy, UserSerializer, ...providers],
      controllers: [AccountController, DataController, ...controllers],
    })
    class ShopModule implements NestModule {
      configure(consumer: MiddlewareConsumer) {
        const all = [...(onExpress ? [passport.session()] : []), ...middleware];
        if (all.length > 0) consumer.apply(...all).forRoutes('{*path}');
      }
    }

    const module = await Test.createTestingModule({ imports: [ShopModule] }).compile();
    this.app = onExpress
      ? module.createNestApplication({ logger: false })
      : module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    prepare(this.app as NestFastifyApplication);
    await this.app.listen(0, '127.0.0.1');
    this.url = await this.app.getUrl();
    return this;
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.store.close();
  }

  visitor(): Visitor {
    return new Visitor(this.url);
  }

  /** The keys of the sessions that are stored. */
  keys(): Promise<string[]> {
    return this.store.keys((type) => this.app.get(type, { strict: false }));
  }

  during(work: () => Promise<unknown>): Promise<string[]> {
    return this.store.during(work);
  }
}

/** Starts a shop for the tests of this `describe`. */
export function shopWith(makeStore: () => ShopStore, platform: Shop['platform'], parts: ShopParts = {}): Shop {
  const shop = new Shop(makeStore(), platform);
  beforeAll(() => shop.start(parts));
  afterAll(() => shop.stop());
  return shop;
}

export const KEY = 'sessionid';

export const keyOf = (visitor: Visitor): string | undefined => visitor.cookies.get(KEY);

/** What a form, or a script, sends. */
export const sending = (body: object): RequestInit => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export const ANN = sending({ username: 'ann', password: 'pear' });
