import { describe } from '@jest/globals';
import { databasesThatAnswer } from '../support/databases.js';
import { faultCases } from './fault-cases.js';
import { databaseStore } from './support/database-store.js';

for (const kind of await databasesThatAnswer()) {
  // An embedded one has no server to lose.
  if (kind === 'SQLite') continue;
  describe(`sessions on ${kind}`, () => {
    faultCases({ open: () => databaseStore(kind), hasServer: true, canBeFull: true });
  });
}
