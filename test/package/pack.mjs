import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { mustRun } from './commands.mjs';

/**
 * Builds and packs the library in a copy of the workspace, so that a stale `dist` can neither get
 * into the package nor be needed by whoever works in the checkout meanwhile. Answers the tarball
 * and the folder in which its content lies.
 */
export async function pack(repository, work) {
  const workspace = join(work, 'workspace');
  const library = join(workspace, 'libs/sessions');
  mkdirSync(library, { recursive: true });
  for (const name of ['tsconfig.json', 'README.md', 'CHANGELOG.md', 'LICENSE']) {
    cpSync(join(repository, name), join(workspace, name));
  }
  cpSync(join(repository, 'libs/sessions'), library, {
    recursive: true,
    filter: (path) => !['dist', 'node_modules'].includes(basename(path)),
  });
  symlinkSync(join(repository, 'node_modules'), join(workspace, 'node_modules'));
  await mustRun('npm', ['pack', '--pack-destination', work], library);
  const tarball = join(
    work,
    readdirSync(work).find((name) => name.endsWith('.tgz')),
  );
  await mustRun('tar', ['-xzf', tarball], work);
  return { tarball, content: join(work, 'package') };
}
