import { Module } from '@nestjs/common';
import { sessions } from './database.mjs';

/** What Node says of a host with two addresses that refuse: an error whose own message is empty. */
const connect = async () => {
  setInterval(() => {}, 60_000);
  throw new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('connect ECONNREFUSED 127.0.0.1:1')]);
};

export class AppModule {}
Module({ imports: [sessions({})], providers: [{ provide: 'CONNECTION', useFactory: connect }] })(AppModule);
