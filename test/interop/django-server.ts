import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { launcherOf, PYTHON_ENVIRONMENT, type Version } from './djangos.js';
import { COOKIE_AGE, OLD_SECRET, SECRET, USER } from './secrets.js';
import type { Side } from './visitor.js';

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), 'django_project');

/** Someone who can log in, as Django has stored them. */
export interface DjangoUser {
  id: string;
  name: string;
  encodedPassword: string;
}

export interface DjangoServer extends Side {
  user: DjangoUser;
}

/** Starts a real Django on a free port. It ends when it is told to, and when we die. */
export async function startDjango(version: Version, environment: Record<string, string>): Promise<DjangoServer> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(launcherOf(version), [join(PROJECT, 'serve.py')], {
    cwd: PROJECT,
    env: {
      PATH,
      HOME,
      ...PYTHON_ENVIRONMENT,
      SECRET_KEY: SECRET,
      SECRET_KEY_FALLBACKS: JSON.stringify([OLD_SECRET]),
      SESSION_COOKIE_AGE: String(COOKIE_AGE),
      USER_NAME: USER.username,
      USER_PASSWORD: USER.password,
      ...environment,
    },
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const exited = once(child, 'exit');
  const [ready] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(() => {
      throw new Error(`Django ${version} did not start:\n${complaints}`);
    }),
  ])) as [string];
  const { port, user } = JSON.parse(ready) as { port: number; user: DjangoUser };
  return {
    name: 'Django',
    url: `http://127.0.0.1:${port}`,
    user,
    complaints: () => complaints,
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}
