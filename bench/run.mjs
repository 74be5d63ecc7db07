import { HELP, readOptions } from './options.mjs';
import { buildLibrary, installPeers } from './prepare.mjs';

const options = (() => {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    process.exit(2);
  }
})();
if (options.help) {
  console.log(HELP);
  process.exit();
}

installPeers();
const library = buildLibrary(options);
// Only now, as this needs what was installed.
const { runAll } = await import('./run-all.mjs');
process.exitCode = await runAll(options, { present: library, ...options.beside });
