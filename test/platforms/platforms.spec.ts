import { describe } from '@jest/globals';
import { answers } from './cases/answers.js';
import { aroundUs } from './cases/around-us.js';
import { atTheSameTime } from './cases/at-the-same-time.js';
import { backPressure } from './cases/back-pressure.js';
import { bodies } from './cases/bodies.js';
import { brokenStreams } from './cases/broken-streams.js';
import { compressed } from './cases/compression.js';
import { connections } from './cases/connections.js';
import { crossOrigin } from './cases/cross-origin.js';
import { events } from './cases/events.js';
import { exceptions } from './cases/exceptions.js';
import { failingStore } from './cases/failing-store.js';
import { firstByte } from './cases/first-byte.js';
import { headListeners } from './cases/head-listeners.js';
import { heads } from './cases/heads.js';
import { newKeys } from './cases/new-keys.js';
import { otherCookies } from './cases/other-cookies.js';
import { passedThrough } from './cases/passed-through.js';
import { protectingHeaders } from './cases/protecting-headers.js';
import { reach } from './cases/reach.js';
import { secondAnswers } from './cases/second-answers.js';
import { staticFiles } from './cases/static-files.js';
import { versions } from './cases/versions.js';
import { express, fastify } from './platform.js';

/** Ways to answer, and what goes wrong. */
const OURSELVES = [
  answers,
  heads,
  exceptions,
  firstByte,
  failingStore,
  newKeys,
  atTheSameTime,
  secondAnswers,
  events,
  backPressure,
  brokenStreams,
  connections,
  reach,
];

/** Libraries beside ours, each before it and after it. */
const AROUND_US = [
  aroundUs,
  versions,
  bodies,
  protectingHeaders,
  crossOrigin,
  compressed,
  headListeners,
  otherCookies,
  staticFiles,
  passedThrough,
];

describe.each([express, fastify])('$name', (platform) => {
  for (const register of [...OURSELVES, ...AROUND_US]) register(platform);
});
