import { existsSync, readFileSync, rmSync } from 'node:fs';

const HOW = 'With the services running and REQUIRE_SERVICES=1 a missing one fails: REQUIRE_SERVICES=1 npm test';

/** Closes a run with what was skipped and why, in plain words, and one line of counts. */
export default class ClosingReporter {
  onRunStart() {
    rmSync(process.env.SKIPPED_NOTES, { force: true });
  }

  onRunComplete(_contexts, results) {
    const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = results;
    const broken = results.testResults.filter(({ testExecError }) => testExecError).length;
    const notes = process.env.SKIPPED_NOTES;
    if (existsSync(notes)) {
      const sentences = new Set(readFileSync(notes, 'utf8').split('\n').filter(Boolean));
      process.stdout.write(`\n${[...sentences].join('\n')}\n${HOW}\n`);
      rmSync(notes);
    }
    process.stdout.write(`\n${passed} passed, ${failed + broken} failed${skipped ? `, ${skipped} skipped` : ''}\n`);
  }
}
