import { Controller, Get, Module } from '@nestjs/common';
import { database, sessions } from './database.mjs';

class ShopController {}
Controller()(ShopController);
ShopController.prototype.show = () => 'shop';
Get()(ShopController.prototype, 'show', Object.getOwnPropertyDescriptor(ShopController.prototype, 'show'));

export class AppModule {}
Module({
  imports: [database(), sessions({ engine: 'db', clearSessions: { batchSize: 2 } })],
  controllers: [ShopController],
})(AppModule);

/** Keeps the process alive, as a queue or a timer of a real application does. */
setInterval(() => {}, 60_000);
