import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionsModule } from 'nestjs-django-sessions';
import { CreateDjangoSession1700000000000, DjangoSession } from 'nestjs-django-sessions/typeorm';
import { CartController } from './cart.controller.js';

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: 'db.sqlite3',
      autoLoadEntities: true,
      migrations: [CreateDjangoSession1700000000000],
      migrationsRun: true,
    }),
    TypeOrmModule.forFeature([DjangoSession]),
    SessionsModule.forRoot({ secretKey: 'a-secret-of-a-fixture-0123456789abcdef', engine: 'db' }),
  ],
  controllers: [CartController],
})
export class AppModule {}
