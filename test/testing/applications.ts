import { afterEach } from '@jest/globals';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { SessionsModule, type SessionsModuleExtras, type SessionsOptions } from 'nestjs-django-sessions';
import { express, fastify, type Platform } from '../platforms/platform.js';
import { SECRET } from '../support/application.js';
import { ShopController } from './shop.controller.js';

export const PLATFORMS: readonly Platform[] = [express, fastify];

let made: INestApplication[] = [];
afterEach(async () => {
  for (const app of made) await app.close();
  made = [];
});

export const sessions = (options: Partial<SessionsOptions & SessionsModuleExtras>) =>
  SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, ...options });

/** An application of the shop, which neither listens nor is initialized; closed when the test is over. */
export async function shop(
  platform: Platform,
  imports: ModuleMetadata['imports'],
  adjust: (builder: TestingModuleBuilder) => TestingModuleBuilder = (builder) => builder,
): Promise<INestApplication> {
  const builder = Test.createTestingModule({ imports: imports ?? [], controllers: [ShopController] });
  const app = platform.application(await adjust(builder).compile(), []);
  made.push(app);
  return app;
}
