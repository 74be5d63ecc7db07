import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SessionsModule } from 'nestjs-django-sessions';

/** The default engine is the database one, and nothing that it needs is installed. */
@Module({
  imports: [SessionsModule.forRoot({ secretKey: 'a-secret-of-a-fixture-0123456789abcdef', engine: 'db' })],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
console.log(await app.getUrl());
