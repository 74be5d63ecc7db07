import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SessionsModule } from 'nestjs-django-sessions';

/** A cache on Redis, and ioredis is not installed. */
@Module({
  imports: [
    SessionsModule.forRoot({
      secretKey: 'a-secret-of-a-fixture-0123456789abcdef',
      engine: 'cache',
      caches: { default: { backend: 'redis' } },
    }),
  ],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
console.log(await app.getUrl());
