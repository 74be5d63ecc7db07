import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const HELP = `npm run bench -- [options]

  --quick              all of it in two minutes: fewer contenders, rounds and sizes; nothing is written to docs/
  --only TEXT          only groups or contenders with this in their name
  --parts A,B          only these of: throughput, accounting, micro, memory, flatness, django
  --rounds N           how often each contender is asked in a launch, in turn with its neighbours
  --launches N         how often all servers of a group are started anew
  --seconds N          how long each time
  --no-build           measure libs/sessions/dist as it is
  --beside NAME=PATH   another build of the library (its dist folder), measured beside the present one; repeatable
  --profile ID:ROUTE   write a processor profile of that contender under load to bench/results, and nothing else
`;

export const PARTS = ['throughput', 'accounting', 'micro', 'memory', 'flatness', 'django'];

/** Throws for what it does not know. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      parts: { type: 'string', default: PARTS.join(',') },
      rounds: { type: 'string' },
      launches: { type: 'string' },
      seconds: { type: 'string' },
      build: { type: 'boolean', default: true },
      beside: { type: 'string', multiple: true, default: [] },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const parts = values.parts.split(',');
  const stranger = parts.find((part) => !PARTS.includes(part));
  if (stranger) throw new Error(`There is no part "${stranger}"; there are ${PARTS.join(', ')}.`);
  return {
    ...values,
    parts,
    rounds: values.rounds && Number(values.rounds),
    launches: values.launches && Number(values.launches),
    seconds: values.seconds && Number(values.seconds),
    beside: Object.fromEntries(
      values.beside.map((text) => [text.slice(0, text.indexOf('=')), resolve(text.slice(text.indexOf('=') + 1))]),
    ),
    /** A run of everything, whose numbers may stand in the documentation. */
    isComplete: !values.quick && !values.only && parts.length === PARTS.length && values.beside.length === 0,
  };
}
