#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { clearSessions } from './clear-sessions.js';

const USAGE = `Usage: nestjs-django-sessions clearsessions --app FILE [--export NAME]

Deletes the expired sessions of an application. Boots its root module without a server.

  --app FILE      the compiled root module, such as dist/app.module.js
  --export NAME   the module class in that file; default: AppModule, the default export, or the only module`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { app: { type: 'string' }, export: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return console.log(USAGE);
  if (positionals.length !== 1 || positionals[0] !== 'clearsessions') {
    throw new Error(`there is one command: clearsessions\n\n${USAGE}`);
  }
  if (!values.app) throw new Error('say which application: --app dist/app.module.js');
  console.log(await clearSessions(values.app, values.export));
}

main().catch((error: unknown) => {
  console.error(`nestjs-django-sessions: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
