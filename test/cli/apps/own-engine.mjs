import { Module } from '@nestjs/common';
import { sessions } from './database.mjs';

/** A store that forgets by itself has no `clearExpired`; this one fails at it if it has one. */
class OwnEngine {
  load() {}
  exists() {}
  create() {}
  save() {}
  delete() {}
}
if (process.env.FAILING_KEY) {
  OwnEngine.prototype.clearExpired = async () => {
    throw new Error(`DEL :1:django.contrib.sessions.cache${process.env.FAILING_KEY} was refused\nby the server`);
  };
}

export class AppModule {}
Module({ imports: [sessions({ engine: OwnEngine })] })(AppModule);
