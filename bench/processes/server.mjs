import { fileURLToPath } from 'node:url';
import { contender } from '../servers/contenders.mjs';
import { Child } from './child.mjs';
import { removeFolder, scratchFolder } from './scratch.mjs';
import { seedCookie } from './visitor.mjs';

const MAIN = fileURLToPath(new URL('../servers/main.mjs', import.meta.url));

/** One contender, running. */
export class Server {
  #child;
  #folder;

  /** `settings`: where the stores are, and the library's build. */
  static async start(id, settings, flags = []) {
    const server = new Server(id);
    server.#folder = scratchFolder('server');
    const all = { ...settings, folder: server.#folder, library: settings.libraries[id.split('@')[1] ?? 'present'] };
    server.#child = new Child(MAIN, [id, JSON.stringify(all)], {
      name: id,
      where: 'server',
      flags,
      environment: { NODE_ENV: 'production' },
    });
    server.port = await server.#child.says('listening');
    return server;
  }

  constructor(id) {
    this.id = id;
    this.contender = contender(id);
  }

  get label() {
    const [, build] = this.id.split('@');
    return build ? `${this.contender.label} (${build})` : this.contender.label;
  }

  url(route) {
    return `http://127.0.0.1:${this.port}/${route}`;
  }

  ask(question, details) {
    return this.#child.ask(question, details);
  }

  /** The cookies of so many visitors, each with a session of so many bytes. */
  async visitors(count, bytes) {
    return Promise.all(Array.from({ length: count }, () => seedCookie(this, bytes)));
  }

  async end() {
    await this.#child.end();
    removeFolder(this.#folder);
  }
}
