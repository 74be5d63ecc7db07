import { describe } from '@jest/globals';
import { atTheSameTime } from './peers/cases/at-the-same-time.js';
import { defaults } from './peers/cases/defaults.js';
import { failures } from './peers/cases/failures.js';
import { lateChanges } from './peers/cases/late-changes.js';
import { slowStore } from './peers/cases/slow-store.js';
import { EXPRESS_SESSION, FASTIFY_SESSION } from './peers/peer.js';

// What others do where our own cases ask the most: measured, not judged. express-session.md has it side by side.
// A test that fails here tells that they have changed.
describe.each([EXPRESS_SESSION, FASTIFY_SESSION])('$name', (peer) => {
  for (const register of [lateChanges, failures, atTheSameTime, defaults]) register(peer);
  if (peer === EXPRESS_SESSION) slowStore();
});
