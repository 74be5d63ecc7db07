import { resolve } from 'node:path';

/** What the demo takes from the environment, in one place. */
export const environment = {
  /** Where the demo listens; 0 lets the system choose. */
  get port(): number {
    const given = process.env['PORT'] || '3000';
    const port = Number(given);
    if (/^\d+$/.test(given) && port <= 65_535) return port;
    throw new Error(`PORT must be a whole number from 0 to 65535, got "${given}".`);
  },

  /** The SQLite file with Django's table in it. */
  get database(): string {
    const given = process.env['DATABASE'] || 'demo.sqlite3';
    return given === ':memory:' ? given : resolve(given);
  },

  /** Where sessions are kept: any engine that needs nothing but a name. */
  get engine(): string {
    return process.env['ENGINE'] || 'db';
  },
};
