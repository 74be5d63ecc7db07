import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AppModule } from './app.module';

// The jest that `nest new` of Nest 11 writes. Before Node 24.9 jest cannot require an ES module, so
// package.json has one line more than it wrote: transformIgnorePatterns.
let app: INestApplication;
beforeAll(async () => {
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = module.createNestApplication();
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());

test('a cart is kept', async () => {
  const response = await fetch(`${await app.getUrl()}/cart/apple`, { method: 'POST' });
  expect(await response.json()).toEqual(['apple']);
  expect(response.headers.get('set-cookie')).toMatch(/^sessionid=/);
});
