import { createRequire } from 'node:module';
import { expect, jest, test } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loginAs, memoryEngine, sessionCookie } from 'nestjs-django-sessions/testing';
import { fastify } from '../platforms/platform.js';
import { embeddedDatabase } from '../support/application.js';
import { sessions, shop } from './applications.js';

// What `inject()` runs on requires an ES module, which Jest does not do on Node 20.
const lightMyRequest = createRequire(
  createRequire(createRequire(import.meta.url).resolve('fastify')).resolve('light-my-request'),
);
const cookieModule = (await import(lightMyRequest.resolve('cookie'))) as object;
jest.doMock(lightMyRequest.resolve('cookie'), () => cookieModule);

test.each([
  ['db', () => 'db'],
  ['signed_cookies', () => 'signed_cookies'],
  ['encrypted_cookies', () => 'encrypted_cookies'],
  ['memoryEngine()', () => memoryEngine()],
])("a cookie is for Fastify's inject: %s", async (_, engine) => {
  const app = (await shop(fastify, [embeddedDatabase(), sessions({ engine: engine() })])) as NestFastifyApplication;
  await app.init();
  const visit = async (headers: Record<string, string>) =>
    (await app.inject({ method: 'POST', url: '/visit', headers })).json() as unknown;
  expect(await visit({ cookie: await sessionCookie(app, { visits: 4 }) })).toEqual({ visits: 5 });
  expect(await visit({ cookie: await loginAs(app, { id: 7 }, { data: { visits: 8 } }) })).toEqual({ visits: 9 });
  expect(await visit({})).toEqual({ visits: 1 });
});
