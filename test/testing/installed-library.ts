import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LIBRARY = join(ROOT, 'libs/sessions');

/** A folder where the library is installed, made from the sources of this moment, beside these packages and no other. */
export class InstalledLibrary {
  readonly folder = mkdtempSync(join(tmpdir(), 'installed-'));

  constructor(packages: readonly string[]) {
    const library = join(this.folder, 'node_modules/nestjs-django-sessions');
    for (const file of readdirSync(join(LIBRARY, 'src'), { recursive: true }) as string[]) {
      if (file.endsWith('.ts'))
        this.add(join(LIBRARY, 'src', file), join(library, 'dist', file.replace(/\.ts$/, '.js')));
    }
    cpSync(join(LIBRARY, 'package.json'), join(library, 'package.json'));
    for (const name of packages) {
      mkdirSync(dirname(join(this.folder, 'node_modules', name)), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), join(this.folder, 'node_modules', name));
    }
  }

  /** Compiles a file into the folder and answers where it is. */
  add(source: string, target: string): string {
    const { code } = transformFileSync(source, {
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        target: 'es2022',
      },
    });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
    return target;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
