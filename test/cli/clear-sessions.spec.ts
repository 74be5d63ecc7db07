import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CreateDjangoSession1700000000000 } from 'nestjs-django-sessions/typeorm';
import { DataSource } from 'typeorm';

// The command as a user runs it: the built file, in a process of its own.
const COMMAND = resolve('libs/sessions/dist/cli/main.js');
const APPS = resolve('test/cli/apps');
const LIVE = 'l1ve'.repeat(8);

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clearsessions-'));
  file = join(folder, 'db.sqlite3');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('deletes the expired sessions, batch by batch, and leaves the live ones', async () => {
  await store({ [LIVE]: '2999-01-01 00:00:00', ...expired(5) });
  expect(clearSessions('shop.mjs')).toEqual(said('Deleted 5 expired sessions.'));
  expect(await keys()).toEqual([LIVE]);
});

test('counts in words that fit the number', async () => {
  await store(expired(1));
  expect(clearSessions('shop.mjs')).toEqual(said('Deleted 1 expired session.'));
  expect(clearSessions('shop.mjs')).toEqual(said('Deleted 0 expired sessions.'));
});

test('finds the module of a default export, of a CommonJS file, and the one that --export names', async () => {
  await store(expired(3));
  expect(clearSessions('default-export.mjs')).toEqual(said('Deleted 3 expired sessions.'));
  expect(clearSessions('commonjs.cjs')).toEqual(said('Deleted 0 expired sessions.'));
  expect(clearSessions('several-modules.mjs', '--export', 'ShopModule')).toEqual(said('Deleted 0 expired sessions.'));
});

test('has nothing to delete in a store that forgets by itself', () => {
  const answer = 'Nothing to delete: this store forgets expired sessions by itself.';
  expect(clearSessions('own-engine.mjs')).toEqual(said(answer));
});

test('shows how it is used on request', () => {
  const { code, stdout } = command('--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: nestjs-django-sessions COMMAND --app FILE/);
});

const MISUSES: [title: string, args: string[], message: string][] = [
  ['no command', [], 'say what to do: clearsessions or indexsessions (see --help)'],
  ['another command', ['migrate'], 'there is no command "migrate": clearsessions or indexsessions (see --help)'],
  ['no --app', ['clearsessions'], 'say which application: --app dist/app.module.js'],
];

test.each(MISUSES)('refuses %s', (_, args, message) => {
  expect(command(...args)).toEqual(failed(message));
});

test('refuses an option it does not know', () => {
  const { code, stderr } = command('clearsessions', '--application', 'shop.mjs');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^nestjs-django-sessions: Unknown option '--application'.*\n$/);
});

const UNUSABLE: [title: string, args: string[], message: string][] = [
  ['a file that is not there', ['missing.mjs'], `there is no file ${APPS}/missing.mjs; build the application first?`],
  ['a file without a module', ['no-module.mjs'], `${APPS}/no-module.mjs exports no Nest module`],
  [
    'a file of several modules',
    ['several-modules.mjs'],
    `${APPS}/several-modules.mjs exports several modules: choose one with --export BlogModule | ShopModule`,
  ],
  [
    'a module that the file does not have',
    ['several-modules.mjs', '--export', 'Shop'],
    `${APPS}/several-modules.mjs exports no Nest module called Shop`,
  ],
  ['a module without SessionsModule', ['without-sessions.mjs'], 'AppModule does not import SessionsModule'],
  [
    'an application that cannot be loaded',
    ['broken.mjs'],
    `${APPS}/broken.mjs cannot be loaded: Cannot find module '${APPS}/there-is-no-such-file.mjs' imported from ${APPS}/broken.mjs`,
  ],
  [
    'a server that refuses, although the start left a timer behind',
    ['unreachable.mjs'],
    'the application does not start: connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1',
  ],
];

test.each(UNUSABLE)('tells in one line of %s', (_, [app, ...args], message) => {
  expect(clearSessions(app!, ...args)).toEqual(failed(message));
});

test('tells in one line of every option that is wrong', () => {
  const { code, stderr } = clearSessions('wrong-options.mjs');
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^[^\n]+: SessionsModule cannot start: cookieAge must be .+; unknown option cookiName[^\n]*\n$/,
  );
});

test('tells in one line of a database that cannot be opened', () => {
  mkdirSync(file);
  expect(clearSessions('shop.mjs')).toEqual(failed('the application does not start: unable to open database file'));
});

test('tells in one line of a file that is no database', () => {
  writeFileSync(file, 'Dear diary, '.repeat(100));
  expect(clearSessions('shop.mjs')).toEqual(failed('The session store failed at clearExpired: file is not a database'));
});

test('tells in one line of a table that is missing', () => {
  const message = 'The session store failed at clearExpired: no such table: django_session';
  expect(clearSessions('shop.mjs')).toEqual(failed(message));
});

test('never prints a session key, and --verbose adds the stack', () => {
  const key = 'k3y5'.repeat(8);
  const message = 'The session store failed at clearExpired: DEL :1:django.contrib.sessions.[session key] was refused';
  expect(clearSessions('own-engine.mjs', { FAILING_KEY: key })).toEqual(failed(message));
  const { code, stdout, stderr } = clearSessions('own-engine.mjs', '--verbose', { FAILING_KEY: key });
  expect(code).toBe(1);
  expect(stderr).toMatch(/\n +at /);
  expect(stdout + stderr).not.toContain(key);
});

function clearSessions(app: string, ...rest: (string | Record<string, string>)[]) {
  return command('clearsessions', '--app', join(APPS, app), ...rest);
}

function command(...args: (string | Record<string, string>)[]) {
  const environment = args.filter((arg) => typeof arg === 'object');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [COMMAND, ...args.filter((arg) => typeof arg === 'string')],
    {
      encoding: 'utf8',
      timeout: 15_000,
      env: Object.assign({ PATH: process.env['PATH'], DATABASE: file }, ...environment),
    },
  );
  return { code: status, stdout, stderr };
}

function said(line: string) {
  return { code: 0, stdout: `${line}\n`, stderr: '' };
}

function failed(line: string) {
  return { code: 1, stdout: '', stderr: `nestjs-django-sessions: ${line}\n` };
}

/** Django's table with sessions of these keys and dates. */
async function store(sessions: Record<string, string>): Promise<void> {
  await inDatabase(async (database) => {
    for (const [key, date] of Object.entries(sessions)) {
      await database.query('INSERT INTO django_session VALUES (?, ?, ?)', [key, 'data', date]);
    }
  });
}

function expired(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}`.repeat(32), '2020-01-01 00:00:00']));
}

async function keys(): Promise<string[]> {
  const rows = await inDatabase((database) => database.query('SELECT session_key FROM django_session'));
  return rows.map(({ session_key }: { session_key: string }) => session_key);
}

async function inDatabase<R>(work: (database: DataSource) => Promise<R>): Promise<R> {
  const migrations = [CreateDjangoSession1700000000000];
  const database = new DataSource({ type: 'better-sqlite3', database: file, migrations, migrationsRun: true });
  await database.initialize();
  try {
    return await work(database);
  } finally {
    await database.destroy();
  }
}
