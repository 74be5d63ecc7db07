import { spawn } from 'node:child_process';

const BENDING = /^(npm_(?!config_)|npm_config_\w*prefix$|NODE_(OPTIONS|ENV|PATH)$)/;

/** Runs a command to its end; answers what it printed and its exit code. */
export function run(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    const output = gather(child);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...output }));
  });
}

/** Runs a command that must succeed. */
export async function mustRun(command, args, cwd) {
  const result = await run(command, args, cwd);
  if (result.code === 0) return result;
  throw new Error(`${command} ${args.join(' ')} ended with ${result.code}:\n${result.stdout}\n${result.stderr}`);
}

/** Starts a compiled application and waits for the URL it prints. */
export function start(file, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file], { cwd, env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    const output = gather(child);
    const ended = new Promise((end) => child.on('close', end));
    const stop = async () => {
      child.kill();
      await ended;
    };
    child.stdout.on('data', () => {
      const url = /http:\S+/.exec(output.stdout)?.[0];
      if (url) resolve({ url, output, stop });
    });
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`${file} ended with ${code}:\n${output.stdout}\n${output.stderr}`)));
  });
}

function gather(child) {
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      output[stream] += text;
    });
  }
  return output;
}

/** Ours without what `npm run` adds and what bends Node: an application starts in a bare shell. A registry or a cache stays. */
function plainEnvironment() {
  const entries = Object.entries(process.env);
  return { ...Object.fromEntries(entries.filter(([name]) => !BENDING.test(name))), NO_COLOR: '1' };
}
