import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cellsOf, interopTable } from './table.mjs';

const RESULTS = fileURLToPath(new URL('results.md', import.meta.url));

/** Closes a run with the table; with WRITE_RESULTS=1 it is also written to results.md. */
export default class TableReporter {
  onRunComplete(_contexts, results) {
    const tests = results.testResults
      .filter(({ testFilePath }) => testFilePath.endsWith('interop.spec.ts'))
      .flatMap((file) => file.testResults);
    const cells = cellsOf(tests);
    // What was skipped altogether the run says elsewhere.
    if (!cells.some(({ run }) => run > 0)) return;
    const table = interopTable(cells);
    process.stdout.write(`\n${table}\n`);
    if (process.env.WRITE_RESULTS === '1') writeFileSync(RESULTS, `# Interop with Django\n\n${table}`);
  }
}
