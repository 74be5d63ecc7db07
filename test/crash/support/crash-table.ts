import { OPERATIONS } from './operations.js';

export interface Outcome {
  engine: string;
  operation: string;
  kills: number;
  problems: number;
}

/** How often each operation was killed on each engine, and where it left what it must not. */
export function crashTable(outcomes: readonly Outcome[]): string {
  const engines = [...new Set(outcomes.map(({ engine }) => engine))];
  const cell = (engine: string, operation: string) => {
    const outcome = outcomes.find((one) => one.engine === engine && one.operation === operation);
    if (!outcome) return '–';
    return outcome.problems > 0 ? `${outcome.kills} (${outcome.problems} bad)` : String(outcome.kills);
  };
  const total = outcomes.reduce((sum, { kills }) => sum + kills, 0);
  return [
    `| engine | ${OPERATIONS.join(' | ')} |`,
    `| --- |${' --: |'.repeat(OPERATIONS.length)}`,
    ...engines.map((engine) => `| ${engine} | ${OPERATIONS.map((operation) => cell(engine, operation)).join(' | ')} |`),
    '',
    `${total} processes were killed, each at another step.`,
  ].join('\n');
}
