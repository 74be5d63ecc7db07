import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';
import { Child } from '../../support/runnable-library.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * The whole library, and parts of the tests, as processes of their own can run them: made from the sources
 * of this moment, in folders that lie to each other as the sources do.
 */
export class BuiltLibrary {
  readonly folder = mkdtempSync(join(tmpdir(), 'built-'));
  readonly #children: Child[] = [];

  /** `parts`: folders beside the library's, from the root of the repository. `rewrite` may change what was built. */
  constructor(
    parts: string[],
    private readonly rewrite: (file: string, code: string) => string = (_, code) => code,
  ) {
    for (const part of ['libs/sessions/src', ...parts]) {
      for (const file of readdirSync(join(ROOT, part), { recursive: true, encoding: 'utf8' })) {
        if (file.endsWith('.ts')) this.#build(join(part, file));
      }
    }
    writeFileSync(join(this.folder, 'package.json'), '{"type":"module"}');
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** Starts a script, by its name from the root of the repository, with what it is to know. */
  start(script: string, config: unknown): Child {
    const path = join(this.folder, script.replace(/\.ts$/, '.js'));
    const process = spawn('node', [path, JSON.stringify(config)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const child = new Child(process);
    this.#children.push(child);
    return child;
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.kill()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #build(file: string): void {
    const { code } = transformFileSync(join(ROOT, file), {
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        target: 'es2022',
      },
    });
    const path = join(this.folder, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, this.rewrite(file, code));
  }
}
