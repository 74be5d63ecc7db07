import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Suites that find no service to talk to say so in this file; the reporter reads it out at the end.
process.env.SKIPPED_NOTES ??= join(tmpdir(), `skipped-tests-${process.pid}.txt`);

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2022',
        },
      },
    ],
  },
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^nestjs-django-sessions$': '<rootDir>/libs/sessions/src/index.ts',
    '^nestjs-django-sessions/(\\w+)$': '<rootDir>/libs/sessions/src/$1.ts',
  },
  testTimeout: 20_000,
  // Most suites wait for servers most of the time.
  maxWorkers: '100%',
  reporters: ['default', '<rootDir>/test/interop/table-reporter.mjs', '<rootDir>/test/support/closing-reporter.mjs'],
};
