import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CreateDjangoSession1700000000000, CreateUserSessions1700000000001 } from 'nestjs-django-sessions/typeorm';
import { DataSource } from 'typeorm';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';

const COMMAND = resolve('libs/sessions/dist/cli/main.js');
const APPS = resolve('test/cli/apps');

let folder: string;
let file: string;
let database: DataSource;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'indexsessions-'));
  file = join(folder, 'db.sqlite3');
  database = await new DataSource({
    type: 'better-sqlite3',
    database: file,
    migrations: [CreateDjangoSession1700000000000, CreateUserSessions1700000000001],
    migrationsRun: true,
  }).initialize();
});
afterEach(async () => {
  await database.destroy();
  rmSync(folder, { recursive: true, force: true });
});

function indexSessions(app: string) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [COMMAND, 'indexsessions', '--app', join(APPS, app)], {
    encoding: 'utf8',
    env: { ...process.env, DATABASE: file },
  });
  return { stdout, stderr, status };
}

test('notes the sessions of every user that somebody else has made', async () => {
  const codec = new SessionCodec(['a-secret-of-a-test-0123456789abcdef']);
  for (const [n, user] of ['"1"', '"2"', null].entries()) {
    const payload = user ? `{"_auth_user_id":${user}}` : '{"cart":[]}';
    await database.query('INSERT INTO django_session VALUES (?, ?, ?)', [
      `${n}`.repeat(32),
      codec.encode(payload, Date.now()),
      '2999-01-01 00:00:00',
    ]);
  }
  expect(indexSessions('users.mjs')).toEqual({ stdout: 'Looked at 3 sessions.\n', stderr: '', status: 0 });
  const noted = await database.query('SELECT user_id, session_key FROM django_session_user ORDER BY user_id');
  expect(noted).toEqual([
    { user_id: '1', session_key: '0'.repeat(32) },
    { user_id: '2', session_key: '1'.repeat(32) },
  ]);
});

test('says what to do where nobody keeps track of users', () => {
  const { stderr, status } = indexSessions('shop.mjs');
  expect(status).toBe(1);
  expect(stderr).toBe(
    'nestjs-django-sessions: the sessions of users are not kept track of: set the option userSessions\n',
  );
});
