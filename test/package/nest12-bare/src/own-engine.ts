import { Controller, Get, Injectable, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  claimSessionKey,
  type SavedSession,
  Session,
  type SessionEngine,
  SessionsModule,
  type StoredSession,
} from 'nestjs-django-sessions';

declare module 'nestjs-django-sessions' {
  interface SessionData {
    cart: string[];
  }
}

@Injectable()
class MapEngine implements SessionEngine {
  readonly #payloads = new Map<string, string>();

  async load(key: string): Promise<StoredSession | null> {
    const payload = this.#payloads.get(key);
    return payload === undefined ? null : { payload, version: payload };
  }

  async exists(key: string): Promise<boolean> {
    return this.#payloads.has(key);
  }

  async create(payload: string): Promise<SavedSession> {
    const key = await claimSessionKey(async (drawn) => {
      if (this.#payloads.has(drawn)) return false;
      this.#payloads.set(drawn, payload);
      return true;
    });
    return { key, version: payload };
  }

  async save(key: string, payload: string, _expiresAt: number, expected?: unknown): Promise<SavedSession | null> {
    const current = this.#payloads.get(key);
    if (current === undefined || (expected !== undefined && current !== expected)) return null;
    this.#payloads.set(key, payload);
    return { key, version: payload };
  }

  async delete(key: string): Promise<void> {
    this.#payloads.delete(key);
  }
}

@Controller()
class CartController {
  @Post('cart/:id')
  add(@Session() session: Session, @Param('id') id: string): string[] {
    session.setDefault('cart', []).push(id);
    return session.data.cart;
  }

  @Get('cart')
  show(@Session() session: Session): string[] {
    return session.get('cart', []);
  }

  /** Never called: it is here for the compiler, which must know the members that this file declared. */
  @Get('types')
  types(@Session() session: Session): void {
    // @ts-expect-error a cart holds texts
    session.set('cart', [1]);
    // @ts-expect-error there is no such member
    session.get('card');
  }
}

@Module({
  imports: [SessionsModule.forRoot({ secretKey: 'a-secret-of-a-fixture-0123456789abcdef', engine: MapEngine })],
  controllers: [CartController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
console.log(await app.getUrl());
