import { describe } from '@jest/globals';
import { answers } from './cases/answers.js';
import { aroundUs } from './cases/around-us.js';
import { connections } from './cases/connections.js';
import { events } from './cases/events.js';
import { exceptions } from './cases/exceptions.js';
import { failingStore } from './cases/failing-store.js';
import { firstByte } from './cases/first-byte.js';
import { heads } from './cases/heads.js';
import { reach } from './cases/reach.js';
import { secondAnswers } from './cases/second-answers.js';
import { express, fastify } from './platform.js';

const CASES = [
  answers,
  heads,
  exceptions,
  firstByte,
  failingStore,
  secondAnswers,
  events,
  connections,
  aroundUs,
  reach,
];

describe.each([express, fastify])('$name', (platform) => {
  for (const register of CASES) register(platform);
});
