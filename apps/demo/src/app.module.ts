import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionsModule } from 'nestjs-django-sessions';
import { CreateDjangoSession1700000000000, DjangoSession } from 'nestjs-django-sessions/typeorm';
import { AboutController } from './about/about.controller.js';
import { AccountController } from './account/account.controller.js';
import { CartController } from './cart/cart.controller.js';
import { collectStatements, StatementLogger } from './database/statements.js';
import { environment } from './environment.js';
import { ErrorPageFilter } from './errors/error-page.filter.js';
import { HomeController } from './home/home.controller.js';
import { secretKey } from './secret-key.js';
import { SessionPageController } from './session-page/session-page.controller.js';
import { TestCookieController } from './test-cookie/test-cookie.controller.js';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => ({
        type: 'better-sqlite3',
        database: environment.database,
        autoLoadEntities: true,
        migrations: [CreateDjangoSession1700000000000],
        migrationsRun: true,
        logger: new StatementLogger(),
        // A demo starts or says why; it does not try again for half a minute.
        retryAttempts: 0,
      }),
    }),
    TypeOrmModule.forFeature([DjangoSession]),
    SessionsModule.forRootAsync({
      useFactory: () => ({
        secretKey: secretKey(),
        engine: environment.engine,
        // The views are given what they show, so that a page without the session asks no database.
        sessionInViews: false,
      }),
    }),
  ],
  controllers: [
    HomeController,
    CartController,
    AccountController,
    TestCookieController,
    SessionPageController,
    AboutController,
  ],
  providers: [{ provide: APP_FILTER, useClass: ErrorPageFilter }],
})
export class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(collectStatements).forRoutes('{*path}');
  }
}
