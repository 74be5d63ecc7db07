import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';

process.env.SECRET_KEY = SECRET;
const { AppModule } = await import('../../docs/examples/graphql.js');

const folder = mkdtempSync(join(tmpdir(), 'graphql-'));
let app: INestApplication;
let ann: Visitor;
beforeAll(async () => {
  process.env.TMPDIR = folder;
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  ann = new Visitor(await app.getUrl());
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

async function ask(query: string): Promise<any> {
  const headers = { 'content-type': 'application/json' };
  return (await ann.post('/graphql', { headers, body: JSON.stringify({ query }) })).json();
}

test('graphql.ts', async () => {
  expect((await ask('{ cart }')).errors[0].message).toBe('Forbidden resource');
  expect(await ask('mutation { logIn(user: "ann") }')).toEqual({ data: { logIn: true } });
  expect(await ask('mutation { addToCart(item: "pear") }')).toEqual({ data: { addToCart: ['pear'] } });
  expect(await ask('{ cart }')).toEqual({ data: { cart: ['pear'] } });

  class WebSocketWithCookie extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, { headers: { cookie: `sessionid=${ann.cookies.get('sessionid')}` } });
    }
  }
  let closed = (_event: unknown) => {};
  const end = new Promise((resolve) => (closed = resolve));
  const client = createClient({
    url: `${ann.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocketWithCookie,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {},
    on: { closed: (event) => closed(event) },
  });
  const { value } = await client.iterate({ query: 'subscription { news }' }).next();
  expect(value).toEqual({ data: { news: 'Good morning, ann' } });
  expect(await ask('mutation { logOut }')).toEqual({ data: { logOut: true } });
  expect(await end).toMatchObject({ code: 4401 });
});
