import { describe } from '@jest/globals';
import { databasesThatAnswer } from '../support/databases.js';
import { faultCases } from './fault-cases.js';
import { databaseStore } from './support/database-store.js';

const answering = await databasesThatAnswer();

// An embedded one has no server to lose.
for (const kind of ['PostgreSQL', 'MariaDB'] as const) {
  (answering.includes(kind) ? describe : describe.skip)(`sessions on ${kind}`, () => {
    faultCases({ open: () => databaseStore(kind), hasServer: true, canBeFull: true });
  });
}
