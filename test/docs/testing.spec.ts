import { readdirSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { SECRET } from '../support/application.js';

process.env.SECRET_KEY = SECRET;
process.env.DATABASE = ':memory:';

// These examples are tests themselves, each with an application of its own.
const names = readdirSync(new URL('../../docs/examples', import.meta.url)).filter((name) =>
  name.startsWith('testing-'),
);
for (const name of names) await import(`../../docs/examples/${name.replace(/\.ts$/, '.js')}`);

// An outage is told to the log of the application that was made last, and not of the one it is of.
beforeAll(() => Logger.overrideLogger(false));

test('every example of a test is run here', () => {
  expect(names).toEqual([
    'testing-a-guard.ts',
    'testing-a-log-in.ts',
    'testing-an-engine.ts',
    'testing-an-outage.ts',
    'testing-expiry.ts',
    'testing-round-trips.ts',
  ]);
});
