import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { transformFileSync } from '@swc/core';

const SOURCE = fileURLToPath(new URL('../../libs/sessions/src', import.meta.url));
const CHILDREN = fileURLToPath(new URL('file-children', import.meta.url));

/** The core and the file engine as processes of their own can run them, made from the sources of this moment. */
export class RunnableLibrary {
  readonly folder = mkdtempSync(join(tmpdir(), 'library-'));
  readonly #running = new Set<ChildProcess>();

  constructor() {
    for (const part of ['core', 'engines/file']) {
      mkdirSync(join(this.folder, part), { recursive: true });
      for (const file of readdirSync(join(SOURCE, part))) {
        const { code } = transformFileSync(join(SOURCE, part, file), {
          jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        });
        writeFileSync(join(this.folder, part, file.replace(/\.ts$/, '.js')), code);
      }
    }
    writeFileSync(join(this.folder, 'package.json'), '{"type":"module"}');
    cpSync(CHILDREN, join(this.folder, 'children'), { recursive: true });
  }

  /** Starts a script of `file-children`. */
  start(script: string, ...args: string[]): Child {
    const process = spawn('node', [join(this.folder, 'children', script), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#running.add(process);
    return new Child(process);
  }

  close(): void {
    for (const process of this.#running) process.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A process that says on its output, line by line, how far it is. */
export class Child {
  readonly #lines: AsyncIterator<string>;
  readonly exit: Promise<number | null>;

  constructor(readonly process: ChildProcess) {
    this.#lines = createInterface(process.stdout!)[Symbol.asyncIterator]();
    this.exit = new Promise((resolve) => process.once('exit', resolve));
  }

  /** The next line, or null when it has ended. */
  async says(): Promise<string | null> {
    const { value, done } = await this.#lines.next();
    return done ? null : value;
  }

  /** As the kernel does when memory runs out: without a chance to clean up. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exit;
  }
}
