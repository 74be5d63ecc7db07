import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const demo = resolve('apps/demo');

/** The demo runs as it was built; it is built only if it has not been. */
export function buildIfMissing(): void {
  if (!existsSync(join(demo, 'dist/app.module.js'))) execFileSync('npm', ['run', 'build'], { stdio: 'inherit' });
}

export interface Running {
  url: string;
  process: ChildProcess;
}

export interface Ended {
  code: number | null;
  output: string;
}

/** Starts the demo and answers once it listens. Rejects with its own words if it ends instead. */
export async function startDemo(database: string, port = 0): Promise<Running> {
  const { child, output } = spawnDemo(database, port);
  return new Promise((settle, reject) => {
    child.stdout.on('data', () => {
      const url = /http:\/\/localhost:\d+/.exec(output())?.[0];
      if (url) settle({ url, process: child });
    });
    child.once('exit', (code) => reject(new Error(`The demo ended with ${code}: ${output()}`)));
  });
}

/** Runs the demo until it ends by itself. */
export async function runDemo(database: string, port: number): Promise<Ended> {
  const { child, output } = spawnDemo(database, port);
  const [code] = await once(child, 'close');
  return { code, output: output() };
}

/** Asks the demo to stop and answers its exit code. */
export async function stopDemo(
  { process: child }: Running,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  return (await ended)[0];
}

function spawnDemo(database: string, port: number) {
  const env = { ...process.env, PORT: String(port), DATABASE: database };
  const child = spawn(process.execPath, ['dist/main.js'], { cwd: demo, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text };
}
