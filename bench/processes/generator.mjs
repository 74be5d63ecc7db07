import { fileURLToPath } from 'node:url';
import { Child } from './child.mjs';

const MAIN = fileURLToPath(new URL('../load/main.mjs', import.meta.url));

/** The load generator: one process for a whole run. */
export class Generator {
  #child = new Child(MAIN, [], { where: 'others' });

  /** Throws when a request had no answer, or another one than was wanted. */
  async run({ server, route, cookies, seconds, amount }) {
    const load = await this.#child.ask('load', { port: server.port, route, cookies, seconds, amount });
    const wrong = Object.keys(load.statuses).filter((status) => status !== '200' && status !== '201');
    if (load.errors > 0 || wrong.length > 0) {
      throw new Error(
        `${server.id} answered ${route} with ${JSON.stringify(load.statuses)}, ${load.errors} not at all`,
      );
    }
    return load;
  }

  end() {
    return this.#child.end();
  }
}
