import { Module } from '@nestjs/common';
import { database } from './database.mjs';

export class AppModule {}
Module({ imports: [database()] })(AppModule);
