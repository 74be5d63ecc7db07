import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { USUAL } from '../plan.mjs';
import { pinned } from '../processes/pinning.mjs';
import { payloadOf } from '../servers/payload.mjs';

/** Where test/interop/get-djangos.sh puts them. */
const FOLDER =
  process.env.DJANGOS ||
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'nestjs-django-sessions/djangos');
const SCRIPT = fileURLToPath(new URL('../django/measure.py', import.meta.url));

/** What Django itself takes for the same, or why that is not known. */
export async function measureDjango({ microRounds }) {
  const launcher = ['5.2', '6.1', '4.2'].map((version) => join(FOLDER, 'bin', `dj${version}`)).find(existsSync);
  if (!launcher)
    return { missing: `There is no Django in ${FOLDER.replace(homedir(), '~')}: run test/interop/install.sh.` };
  const payloads = Object.fromEntries([300, 1000, 20_000].map((bytes) => [bytes, payloadOf(bytes)]));
  const settings = { rounds: microRounds, payloads, usual: payloadOf(USUAL) };
  const [command, ...args] = pinned([launcher, SCRIPT, JSON.stringify(settings)], 'server');
  const environment = { PYTHONPYCACHEPREFIX: join(FOLDER, 'pycache') };
  const { stdout } = await promisify(execFile)(command, args, {
    env: { ...process.env, ...environment },
    maxBuffer: 1e8,
  });
  return JSON.parse(stdout);
}
