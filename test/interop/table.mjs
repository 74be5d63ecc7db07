/** What scene.ts puts between the title of a test that cannot be and the reason. */
const NOT_RUN = '— not run: ';

/** A test that was not asked for, as by `-t`. */
const LEFT_OUT = 'left out of this run';

/**
 * Counts the tests of each cell: `${version}|${engine}|${direction}` -> counts and reasons.
 * Titles are version, engine, direction, case.
 */
export function cellsOf(tests) {
  const cells = new Map();
  for (const { ancestorTitles, title, status } of tests) {
    const reason = title.includes(NOT_RUN) ? title.slice(title.indexOf(NOT_RUN) + NOT_RUN.length) : null;
    const [version, engine, direction] = ancestorTitles;
    const key = [version, engine, direction].join('|');
    const cell = cells.get(key) ?? { version, engine, direction, run: 0, passed: 0, reasons: new Set() };
    cells.set(key, cell);
    if (status === 'passed') cell.passed++;
    if (status === 'passed' || status === 'failed') cell.run++;
    else cell.reasons.add(reason ?? LEFT_OUT);
  }
  return [...cells.values()];
}

/** The table in Markdown: engines down, versions and directions across, the reasons as notes below. */
export function interopTable(cells) {
  const columns = distinct(cells.map(columnOf));
  const engines = distinct(cells.map(({ engine }) => engine));
  const notes = [];
  const notesOf = ({ run, reasons }) => (run === 0 && reasons.has(LEFT_OUT) ? [LEFT_OUT] : [...reasons]);
  const note = (reason) => {
    if (!notes.includes(reason)) notes.push(reason);
    return `[${notes.indexOf(reason) + 1}]`;
  };
  const rows = engines.map((engine) => [
    engine,
    ...columns.map((column) => {
      const cell = cells.find((one) => one.engine === engine && columnOf(one) === column);
      if (!cell) return note(LEFT_OUT);
      const counts = cell.run > 0 ? [`${cell.passed}/${cell.run}`] : ['–'];
      return [...counts, ...notesOf(cell).map(note)].join(' ');
    }),
  ]);
  const lines = aligned([['engine', ...columns], ...rows]);
  const legend = notes.map((reason, i) => `- [${i + 1}] ${reason}`);
  return `${[...lines, '', ...LEGEND, ...legend].join('\n')}\n`;
}

const LEGEND = [
  '- D→N: Django makes the session, Nest takes it; N→D: the other way round. Cells: tests passed / tests run',
  '- Django 3.2 reaches Redis through django-redis, 6.1 reaches MariaDB through PyMySQL; all else is Django itself',
];

function columnOf({ version, direction }) {
  return `${version.replace('Django ', '')} ${direction.replace('Django', 'D').replace('Nest', 'N').replaceAll(' ', '')}`;
}

function aligned([head, ...rows]) {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i].length)));
  const line = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)];
}

function distinct(list) {
  return [...new Set(list)];
}
