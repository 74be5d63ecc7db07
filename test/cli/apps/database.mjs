import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionsModule } from 'nestjs-django-sessions';
import './never-listens.mjs';

/** The SQLite file that the environment names. One try: TypeOrmModule would repeat it for half a minute. */
export const database = () =>
  TypeOrmModule.forRoot({ type: 'better-sqlite3', database: process.env.DATABASE, retryAttempts: 1, retryDelay: 0 });

export const sessions = (options) =>
  SessionsModule.forRoot({ secretKey: 'a-secret-of-a-test-0123456789abcdef', ...options });
