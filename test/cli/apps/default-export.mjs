import { Module } from '@nestjs/common';
import { database, sessions } from './database.mjs';

export class PartModule {}
Module({ imports: [] })(PartModule);

export default class WholeModule {}
Module({ imports: [PartModule, database(), sessions({})] })(WholeModule);
