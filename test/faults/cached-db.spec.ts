import { describe } from '@jest/globals';
import { databasesThatAnswer } from '../support/databases.js';
import { programOrSkip } from '../support/own-server.js';
import { failingCacheCases } from './cases/failing-cache.js';
import { failingDatabaseCases } from './cases/failing-database.js';
import { failingCacheStore, failingDatabaseStore } from './support/cached-db-store.js';
import { Scene } from './support/scene.js';

const hasPostgres = (await databasesThatAnswer()).includes('PostgreSQL');

programOrSkip('redis-server')('sessions in a database behind a cache on Redis', () => {
  describe('the cache fails', () => failingCacheCases(Scene.on(failingCacheStore)));
  (hasPostgres ? describe : describe.skip)('the database fails', () =>
    failingDatabaseCases(Scene.on(failingDatabaseStore)),
  );
});
