import { fileURLToPath } from 'node:url';
import { environment } from './environment.js';

/** What the terminal says once the demo runs. */
export function welcome(port: number): string {
  const { database, engine } = environment;
  const module = fileURLToPath(new URL('./app.module.js', import.meta.url));
  return `
The demo is at http://localhost:${port}

Try this:
  - load the first page a few times: the session counts
  - fill the cart, then log in: the cart stays, the session's key changes
  - log in with and without "remember me", and look at the cookie
  - open /session for the session itself, and /about for a page without one

Sessions are kept by the engine "${engine}"; the database is ${database}
Expired ones go by themselves at night, or when you say so:
  DATABASE='${database}' npx nestjs-django-sessions clearsessions --app '${module}'

Ctrl+C stops it.`;
}
