import { describe } from '@jest/globals';
import { messageCases } from './cases/messages.js';
import { refusalCases } from './cases/refusals.js';
import { watchingCases } from './cases/watching.js';
import { transports } from './support/transport.js';

for (const transport of transports) {
  describe(transport.name, () => {
    messageCases(transport);
    refusalCases(transport);
    watchingCases(transport);
  });
}
