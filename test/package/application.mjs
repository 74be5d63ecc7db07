import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { mustRun, run, start } from './commands.mjs';

/** One of the fixtures, in a folder of its own outside of the repository. */
export class Application {
  constructor(name, repository, work) {
    this.name = name;
    this.repository = repository;
    this.folder = join(work, name);
    cpSync(join(import.meta.dirname, name), this.folder, { recursive: true });
  }

  /** Installs the fixture's packages and the tarball, as a user does. */
  async install(tarball) {
    const args = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', tarball];
    const { stderr } = await mustRun('npm', args, this.folder);
    assert.doesNotMatch(stderr, /ERESOLVE|peer/i);
    await mustRun('npm', ['ls', '--all'], this.folder);
  }

  /** The native part takes most of a minute to build; the repository has built the same one already. */
  async addSqlite() {
    const built = join(this.repository, 'node_modules/better-sqlite3');
    const own = join(this.folder, 'node_modules/better-sqlite3');
    const version = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
    if (version(built) !== version(own)) return mustRun('npm', ['rebuild', 'better-sqlite3'], this.folder);
    const addon = 'build/Release/better_sqlite3.node';
    return cpSync(join(built, addon), join(own, addon));
  }

  compile(project = '.') {
    return this.mustRun('node_modules/.bin/tsc', '-p', project);
  }

  start(file) {
    return start(file, this.folder);
  }

  run(...command) {
    return run(command[0], command.slice(1), this.folder);
  }

  mustRun(...command) {
    return mustRun(command[0], command.slice(1), this.folder);
  }

  /** The application's database, through its own driver. */
  database() {
    const Database = createRequire(join(this.folder, 'package.json'))('better-sqlite3');
    return new Database(join(this.folder, 'db.sqlite3'));
  }
}
