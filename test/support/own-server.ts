import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { noteSkipped, servicesAreRequired } from './skipped.js';

/** `describe` for tests that start a server of their own, to stop it, to count what it is asked, to fill it. */
export function programOrSkip(program: string): typeof describe.skip {
  if (servicesAreRequired || !spawnSync(program, ['--version']).error) return describe;
  noteSkipped(`Skipped what starts a server of its own: ${program} is not installed.`);
  return describe.skip;
}

/** A port that was free when it was asked for may be another suite's a moment later: then on others. */
async function onFreePorts(start: () => Promise<OwnServer>): Promise<OwnServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

/** A server process on a free port, which a test may stop, freeze and start again. */
export class OwnServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'server-'));
  #process: ChildProcess | null = null;

  private constructor(
    readonly port: number,
    private readonly command: (port: number, folder: string) => string[],
  ) {}

  static async start(command: (port: number, folder: string) => string[]): Promise<OwnServer> {
    return onFreePorts(async () => {
      const server = new OwnServer(await freePort(), command);
      await server.start();
      return server;
    });
  }

  static redis(...options: string[]): Promise<OwnServer> {
    const quiet = ['--bind', '127.0.0.1', '--save', ''];
    return OwnServer.start((port, folder) => {
      const own = ['--port', String(port), '--dir', folder, '--logfile', join(folder, 'log')];
      return ['redis-server', ...quiet, ...own, ...options];
    });
  }

  /** A node of a Cluster. Its bus has a free port of its own: by default it is 10,000 above, which may not exist. */
  static async redisNode(...options: string[]): Promise<OwnServer> {
    return onFreePorts(async () => {
      const bus = String(await freePort());
      return OwnServer.redis('--cluster-enabled', 'yes', '--cluster-port', bus, ...options);
    });
  }

  static memcached(...options: string[]): Promise<OwnServer> {
    const asRoot = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    return OwnServer.start((port) => ['memcached', '-l', '127.0.0.1', '-p', String(port), ...asRoot, ...options]);
  }

  async start(): Promise<void> {
    const [program, ...args] = this.command(this.port, this.#folder) as [string, ...string[]];
    const child = spawn(program, args, { stdio: 'ignore' });
    this.#process = child;
    // A test that fails half-way must not keep the run, or leave the server behind.
    child.unref();
    process.once('exit', () => child.kill('SIGKILL'));
    while (!(await isOpen(this.port))) {
      if (child.exitCode !== null) throw new Error(`${program} did not start`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** It keeps its connections and answers nothing. */
  freeze(): void {
    this.#process!.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process!.kill('SIGCONT');
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(Boolean(socket.destroy())));
    socket.once('error', () => resolve(false));
  });
}
