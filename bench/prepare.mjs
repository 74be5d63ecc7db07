import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const ROOT = here('..');
/** Called dist, so that no linter looks into it; beside the sources' node_modules, so that it finds its packages. */
const COPY = here('.work/dist');

/** Installs the peers where they are missing. The root's own packages are there already: npm has run this. */
export function installPeers() {
  if (existsSync(here('node_modules/autocannon'))) return;
  npm(['ci', '--no-fund', '--no-audit'], here('.'));
}

/**
 * Builds the library, and answers the folder of a copy: what is measured does not change under the run, even if
 * somebody builds again meanwhile.
 */
export function buildLibrary({ build }) {
  if (build) npm(['run', '--silent', 'build', '--workspace', 'nestjs-django-sessions'], ROOT);
  const built = here('../libs/sessions/dist');
  if (!existsSync(`${built}/index.js`)) throw new Error('The library is not built: run npm run build.');
  rmSync(COPY, { recursive: true, force: true });
  mkdirSync(COPY, { recursive: true });
  cpSync(built, COPY, { recursive: true });
  return COPY;
}

function npm(args, cwd) {
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}
