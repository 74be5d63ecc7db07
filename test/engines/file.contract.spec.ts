import { afterAll, describe, test } from '@jest/globals';
import { sessionEngineCases } from 'nestjs-django-sessions/testing';
import { FileEngine } from '../../libs/sessions/src/engines/file/file-engine.js';
import { FileStore } from '../support/file-store.js';

const files = new FileStore();
afterAll(() => files.close());

describe('the file engine', () => {
  const cases = sessionEngineCases({
    make: async (clock) => {
      await files.wipe();
      return new FileEngine({ folder: files.folder, clock });
    },
  });
  for (const { name, run } of cases) test(name, run);
});
