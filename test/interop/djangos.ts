import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const VERSIONS = ['3.2', '4.2', '5.2', '6.1'] as const;
export type Version = (typeof VERSIONS)[number];

/** Where get-djangos.sh puts them. */
const FOLDER =
  process.env['DJANGOS'] ||
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'nestjs-django-sessions/djangos');

/** A Python that has this Django. */
export function launcherOf(version: Version): string {
  return join(FOLDER, 'bin', `dj${version}`);
}

/** The exact release that Debian has at present, such as 5.2.18. */
export function releaseOf(version: Version): string {
  if (noDjango(version)) return version;
  const ask = 'import django; print(django.get_version())';
  return execFileSync(launcherOf(version), ['-c', ask], { encoding: 'utf8' }).trim();
}

/** What Python needs in its environment to run from the unpacked packages. */
export const PYTHON_ENVIRONMENT = {
  PYTHONPATH: join(FOLDER, 'beside/usr/lib/python3/dist-packages'),
  PYTHONPYCACHEPREFIX: join(FOLDER, 'pycache'),
};

/** Why there is no such Django to talk to, or null. */
export function noDjango(version: Version): string | null {
  return existsSync(launcherOf(version)) ? null : `no Django ${version} in ${FOLDER}: run test/interop/install.sh`;
}
