import { Module } from '@nestjs/common';
import { database, sessions } from './database.mjs';

export class AppModule {}
Module({ imports: [database(), sessions({ userSessions: true })] })(AppModule);
