import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { DatabaseEngine } from 'nestjs-django-sessions/typeorm';
import { sessionEngineCases } from 'nestjs-django-sessions/testing';
import { EmbeddedStore } from '../support/embedded-store.js';

let embedded: EmbeddedStore;
beforeAll(async () => {
  embedded = await EmbeddedStore.open();
});
afterAll(() => embedded.close());

describe('the database engine on SQLite', () => {
  const cases = sessionEngineCases({
    make: async (clock) => {
      await embedded.wipe();
      return new DatabaseEngine(embedded.dataSource, { clock });
    },
  });
  for (const { name, run } of cases) test(name, run);
});
