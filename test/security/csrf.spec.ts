import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SessionsModule } from 'nestjs-django-sessions';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { CsrfController, CsrfGuard } from '../../docs/examples/security-csrf.guard.js';
import { express, fastify } from '../platforms/platform.js';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';
import { AttackedController, Gate } from './support/attacked.controller.js';

describe.each([express, fastify])('on $name', (platform) => {
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [
        SessionsModule.forRoot({
          secretKey: SECRET,
          engine: 'cache',
          caches: { default: { backend: new MemoryCache() } },
        }),
      ],
      controllers: [AttackedController, CsrfController],
      providers: [CsrfGuard, { provide: Gate, useValue: new Gate() }],
    }).compile();
    app = platform.application(module, []);
    app.useGlobalGuards(app.get(CsrfGuard));
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  test('fastify-csrf CVE-2021-29624: a token that a subdomain plants is worth nothing, as the secret is in the session', async () => {
    const victim = new Visitor(url);
    const { token } = (await (await victim.get('/csrf')).json()) as { token: string };
    const post = (sent: string) => victim.post('/write', { headers: { 'x-csrf-token': sent } });
    for (const name of ['_csrf', 'csrf', 'XSRF-TOKEN', 'x-csrf-token']) victim.cookies.set(name, 'planted');
    expect((await post('planted')).status).toBe(403);
    expect((await victim.post('/write')).status).toBe(403);
    expect((await post(token)).status).toBe(201);
    // It is nobody else's, and it ends with the session.
    const other = new Visitor(url);
    await other.get('/csrf');
    expect((await other.post('/write', { headers: { 'x-csrf-token': token } })).status).toBe(403);
    await victim.post('/logout', { headers: { 'x-csrf-token': token } });
    expect((await post(token)).status).toBe(403);
  });
});
