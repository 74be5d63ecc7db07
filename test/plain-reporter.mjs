import { existsSync, readFileSync } from 'node:fs';

/** Closes a run with what was skipped and why, in plain words, and one line of counts. */
export default class PlainReporter {
  onRunComplete(_contexts, results) {
    const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = results;
    const broken = results.testResults.filter(({ testExecError }) => testExecError).length;
    const notes = process.env.SKIPPED_NOTES;
    if (notes && existsSync(notes)) process.stdout.write(`\n${readFileSync(notes, 'utf8')}`);
    process.stdout.write(`\n${passed} passed, ${failed + broken} failed${skipped ? `, ${skipped} skipped` : ''}\n`);
  }
}
