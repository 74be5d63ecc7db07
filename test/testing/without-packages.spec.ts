import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { InstalledLibrary } from './installed-library.js';

const SOURCE = fileURLToPath(new URL('../../libs/sessions/src', import.meta.url));
const installed = new InstalledLibrary([
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-fastify',
  '@nestjs/testing',
  'class-validator',
  'cron',
  'reflect-metadata',
  'rxjs',
]);
afterAll(() => installed.remove());

const run = (...args: string[]) =>
  spawnSync(process.execPath, args, { cwd: installed.folder, encoding: 'utf8', timeout: 20_000 });

test('the kit knows no test framework', () => {
  const files = (readdirSync(join(SOURCE, 'testing')) as string[]).map((name) => join(SOURCE, 'testing', name));
  const packages = [join(SOURCE, 'testing.ts'), ...files].flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/from '([^.][^']*)'/g)].map(([, name]) => name),
  );
  expect([...new Set(packages)].sort()).toEqual([
    '@nestjs/common',
    '@nestjs/core',
    'node:assert/strict',
    'node:crypto',
    'node:http',
    'node:net',
  ]);
});

test('the kit is at work with node:test, where no database and no Redis is installed', () => {
  const { status, stdout } = run(
    '--input-type=module',
    '-e',
    `
    for (const name of ['typeorm', '@nestjs/typeorm', 'ioredis', '@nestjs/schedule']) {
      await import(name).then(() => console.log(name, 'is there'), ({ code }) => console.log(code));
    }
  `,
  );
  expect([status, stdout.trim().split('\n')]).toEqual([0, Array(4).fill('ERR_MODULE_NOT_FOUND')]);
  const file = installed.add(
    fileURLToPath(new URL('with-node-test/shop.test.ts', import.meta.url)),
    join(installed.folder, 'shop.test.mjs'),
  );
  const tests = run('--test', '--test-reporter=tap', file);
  expect(tests.stdout).toMatch(/# fail 0\n/);
  expect(tests.stdout).toMatch(/# pass [1-9]\d\n/);
  expect(tests.stdout).toContain('an agent, a clock, a count, an outage');
  expect(tests.status).toBe(0);
});
