/**
 * Packs the library and installs it into empty applications, as a user does: Nest 12 in ES modules,
 * Nest 11 in CommonJS, and one without a database. `npm run test:package`; takes under a minute.
 * The fixtures have no lock files on purpose: today's versions are what a user gets today.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Application } from './application.mjs';
import { checkCart } from './check-cart.mjs';
import { checkContent } from './check-content.mjs';
import { pack } from './pack.mjs';
import { finish, group } from './report.mjs';

const repository = resolve(import.meta.dirname, '../..');
const work = realpathSync(mkdtempSync(join(tmpdir(), 'packed-sessions-')));
let packed;

try {
  if (await group('package: builds and packs', async () => (packed = await pack(repository, work)))) {
    await checkContent(packed.content);
    await checkWithDatabase('nest12-esm');
    const app = await checkWithDatabase('nest11-cjs');
    if (app) await checkOlderHabits(app);
    await checkWithoutDatabase('nest12-bare');
  }
} finally {
  if (process.env.KEEP) console.log(`kept ${work}`);
  else rmSync(work, { recursive: true, force: true });
  finish();
}

async function checkWithDatabase(name) {
  const app = new Application(name, repository, work);
  const ready =
    (await group(`${name}: installs beside the package`, async () => {
      await app.install(packed.tarball);
      await app.addSqlite();
    })) && (await group(`${name}: its types hold, every .d.ts checked, and it compiles`, () => app.compile()));
  if (!ready) return null;
  let key;
  await group(`${name}: keeps a cart over HTTP, in Django's table, with no word on stderr`, () =>
    serving(app, 'dist/main.js', async (url) => {
      key = await checkCart(url);
      assert.deepEqual(app.database().prepare('SELECT session_key FROM django_session').all(), [{ session_key: key }]);
    }),
  );
  await group(`${name}: the application's classes are the library's: errors, service, entity`, () =>
    serving(app, 'dist/main.js', async (url) => {
      assert.equal(await (await fetch(`${url}/coupon`)).text(), 'no coupon');
      const stored = await (await fetch(`${url}/stored/${key}`)).json();
      assert.equal(stored.row.sessionKey, key);
      assert.deepEqual(stored.data, { cart: ['apple', 'pear'] });
    }),
  );
  await group(`${name}: npx nestjs-django-sessions clearsessions deletes an expired session and no other`, async () => {
    const database = app.database();
    const plant = database.prepare(`INSERT INTO django_session VALUES (?, 'x', '2020-01-01 00:00:00')`);
    plant.run('e'.repeat(32));
    const command = ['npx', '--no-install', 'nestjs-django-sessions', 'clearsessions', '--app', 'dist/app.module.js'];
    const { code, stdout, stderr } = await app.run(...command);
    assert.deepEqual(
      { code, stdout, stderr: withoutNpm(stderr) },
      { code: 0, stdout: 'Deleted 1 expired session.\n', stderr: '' },
    );
    assert.deepEqual(database.prepare('SELECT session_key FROM django_session').all(), [{ session_key: key }]);
  });
  return app;
}

async function checkOlderHabits(app) {
  await group(`${app.name}: compiles and runs with the settings of an older Nest 11`, async () => {
    await app.compile('tsconfig.commonjs.json');
    await serving(app, 'dist-commonjs/main.js', checkCart);
  });
  await group(`${app.name}: its own jest runs, with transformIgnorePatterns`, () =>
    app.mustRun('node_modules/.bin/jest'),
  );
}

async function checkWithoutDatabase(name) {
  const app = new Application(name, repository, work);
  const ready =
    (await group(`${name}: installs without TypeORM`, () => app.install(packed.tarball))) &&
    (await group(`${name}: its types hold without TypeORM's, and SessionData can be declared`, () => app.compile()));
  if (!ready) return;
  await group(`${name}: an engine of its own keeps a cart`, () => serving(app, 'dist/own-engine.js', checkCart));
  for (const [what, file, message] of [
    [
      "engine 'db'",
      'database-engine.js',
      /engine 'db' needs a package that is not installed: npm install typeorm @nestjs\/typeorm/,
    ],
    [
      "cache backend 'redis'",
      'redis-cache.js',
      /cache backend 'redis' needs a package that is not installed: npm install ioredis/,
    ],
  ]) {
    await group(`${name}: ${what} fails at start and says what to install`, async () => {
      const { code, stdout, stderr } = await app.run('node', `dist/${file}`);
      assert.notEqual(code, 0);
      assert.doesNotMatch(stdout, /http:/);
      assert.match(stderr, message);
    });
  }
}

/** Runs an application for the time of some requests; it must have had nothing to complain of. */
async function serving(app, file, requests) {
  const { url, output, stop } = await app.start(file);
  try {
    await requests(url);
  } finally {
    await stop();
  }
  assert.equal(output.stderr, '');
}

/** npm grumbles about settings of the machine it runs on. */
function withoutNpm(text) {
  return text.replace(/^npm .*\n/gm, '');
}
