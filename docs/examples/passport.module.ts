import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionsModule } from 'nestjs-django-sessions';
import { CreateDjangoSession1700000000000 } from 'nestjs-django-sessions/typeorm';
import passport from 'passport';
import { AccountController, PasswordStrategy, Users, UserSerializer } from './passport.js';

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: process.env.DATABASE ?? 'db.sqlite3',
      migrations: [CreateDjangoSession1700000000000],
      migrationsRun: true,
    }),
    SessionsModule.forRoot({ secretKey: process.env.SECRET_KEY, expressSession: true }),
    PassportModule.register({ session: true }),
  ],
  providers: [Users, PasswordStrategy, UserSerializer],
  controllers: [AccountController],
})
export class AccountModule implements NestModule {
  configure(consumer: MiddlewareConsumer) {
    // Not app.use(): that would run before the session is there.
    consumer.apply(passport.session()).forRoutes('{*path}');
  }
}
