import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { throughputChart } from './chart.mjs';
import { markdownOf } from './markdown.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const RESULTS = here('../results');
const PAGE = here('../../docs/performance.md');
const IMAGES = here('../../docs/images');

const BEGIN = '<!-- bench: begin -->';
const END = '<!-- bench: end -->';

/** Writes the run's tables and numbers; those of a complete run go into the documentation, too. */
export async function writeReport(run) {
  mkdirSync(RESULTS, { recursive: true });
  const tables = markdownOf(run);
  const name = run.isComplete ? 'latest' : 'quick';
  await write(`${RESULTS}/${name}.md`, `# Benchmarks\n\nMade by \`npm run bench\`.\n\n${tables}\n`);
  await write(`${RESULTS}/${name}.json`, JSON.stringify(run));
  const written = [`bench/results/${name}.md`, `bench/results/${name}.json`];
  if (!run.isComplete) return { tables, written };
  mkdirSync(IMAGES, { recursive: true });
  writeFileSync(`${IMAGES}/throughput.svg`, throughputChart(run.groups.filter(({ isMain }) => isMain)));
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`docs/performance.md has lost its marks ${BEGIN} and ${END}.`);
  await write(PAGE, `${page.slice(0, before)}${BEGIN}\n\n${tables}\n\n${page.slice(after)}`);
  return { tables, written: [...written, 'docs/performance.md', 'docs/images/throughput.svg'] };
}

/** As the project's formatter has it. */
async function write(path, text) {
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}
