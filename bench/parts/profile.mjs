import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { USUAL } from '../plan.mjs';
import { Server } from '../processes/server.mjs';

const RESULTS = fileURLToPath(new URL('../results', import.meta.url));

/** Writes what a contender's processor does under load, to be opened in a browser's or an editor's tools. */
export async function profile(wanted, { settings, generator, say }) {
  const [id, route = 'read'] = wanted.split(':');
  const server = await Server.start(id, settings);
  let cookies = await server.visitors(64, USUAL);
  ({ cookies } = await generator.run({ server, route, cookies, seconds: 3 }));
  const file = `${RESULTS}/${id}-${route}.cpuprofile`;
  mkdirSync(RESULTS, { recursive: true });
  await server.ask('startProfile');
  const { answered } = await generator.run({ server, route, cookies, seconds: 5 });
  await server.ask('stopProfile', { file });
  await server.end();
  say(`${answered} requests; written: ${file}`);
  return 0;
}
