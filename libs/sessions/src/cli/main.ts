import { inspect, parseArgs } from 'node:util';
import { clearSessions } from './clear-sessions.js';
import { describeError, withoutKeys } from './describe-error.js';
import { indexSessions } from './index-sessions.js';

const USAGE = `Usage: nestjs-django-sessions COMMAND --app FILE [--export NAME]

  clearsessions   deletes the expired sessions of an application
  indexsessions   looks at every session, so that the option userSessions knows those that others have made

Boots the application's root module without a server.

  --app FILE      the compiled root module, such as dist/app.module.js
  --export NAME   the module class in that file; default: AppModule, the default export, or the only module
  --verbose       show the application's log, and errors with their stacks`;

const COMMANDS = new Map([
  ['clearsessions', clearSessions],
  ['indexsessions', indexSessions],
]);

const verbose = process.argv.includes('--verbose');

async function main(): Promise<string> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      app: { type: 'string' },
      export: { type: 'string' },
      verbose: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return USAGE;
  const command = COMMANDS.get(positionals.join(' '));
  if (!command) {
    const wrong = positionals.length > 0 ? `there is no command "${positionals.join(' ')}"` : 'say what to do';
    throw new Error(`${wrong}: ${[...COMMANDS.keys()].join(' or ')} (see --help)`);
  }
  if (!values.app) throw new Error('say which application: --app dist/app.module.js');
  return command({
    app: values.app,
    export: values.export,
    // Silent: Nest would log a failing start with its stack before we can say it in a line.
    logger: verbose ? ['log', 'warn', 'error', 'fatal'] : false,
  });
}

/** Leaves even if the application does not let go: a start that failed half-way keeps its connections open. */
function end(stream: NodeJS.WriteStream, text: string, code: number): void {
  stream.write(`${text}\n`, () => process.exit(code));
}

main().then(
  (answer) => end(process.stdout, answer, 0),
  (error: unknown) => {
    const details = verbose ? `\n${withoutKeys(inspect(error))}` : '';
    end(process.stderr, `nestjs-django-sessions: ${describeError(error)}${details}`, 1);
  },
);
