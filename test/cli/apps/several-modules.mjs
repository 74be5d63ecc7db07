import { Module } from '@nestjs/common';
import { database, sessions } from './database.mjs';

class Shop {}
Module({ imports: [database(), sessions({})] })(Shop);

export class BlogModule {}
Module({ imports: [] })(BlogModule);

/** The name that counts is the one it is exported by. */
export { Shop as ShopModule };
export const title = 'not a module';
