import { appendFileSync } from 'node:fs';

/** Whether a missing service is a failure, and not a reason to skip. */
export const servicesAreRequired = process.env['REQUIRE_SERVICES'] === '1';

/** Has the end of the run say, in plain words, what was skipped and what it wants. */
export function noteSkipped(sentence: string): void {
  const notes = process.env['SKIPPED_NOTES'];
  if (notes) appendFileSync(notes, `${sentence}\n`);
  else process.stdout.write(`${sentence}\n`);
}
