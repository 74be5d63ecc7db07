import { Injectable, Module } from '@nestjs/common';
import { claimSessionKey, type SessionEngine, SessionsModule } from 'nestjs-django-sessions';
import { Shelf } from './shelf.js';

@Injectable()
export class ShelfEngine implements SessionEngine {
  constructor(private readonly shelf: Shelf) {}

  async load(key: string) {
    const payload = this.shelf.get(key);
    return payload === null ? null : { payload, version: payload };
  }

  async exists(key: string) {
    return this.shelf.has(key);
  }

  async create(payload: string, expiresAt: number) {
    const key = await claimSessionKey(async (free) => this.shelf.insert(free, payload, expiresAt));
    return { key, version: payload };
  }

  async save(key: string, payload: string, expiresAt: number, expected?: unknown) {
    return this.shelf.replace(key, payload, expiresAt, expected) ? { key, version: payload } : null;
  }

  async delete(key: string) {
    this.shelf.remove(key);
  }
}

@Module({ providers: [Shelf], exports: [Shelf] })
export class ShelfModule {}

export const Sessions = SessionsModule.forRoot({
  secretKey: process.env.SECRET_KEY,
  engine: ShelfEngine, // made by Nest, with what it injects
  imports: [ShelfModule],
});
