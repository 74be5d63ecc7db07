/** How numbers are written in the tables. */
export const whole = (value) =>
  value === undefined || value === null ? '–' : Math.round(value).toLocaleString('en-US');
export const times = (value) => (value === undefined || value === null ? '–' : value.toFixed(2));
export const percent = (value) => (value === undefined || value === null ? '–' : `±${(value * 100).toFixed(1)} %`);
export const kilobytes = (value) => (value === undefined || value === null ? '–' : (value / 1000).toFixed(1));

/** Three digits that count, for times in micro- or milliseconds. */
export const short = (value) =>
  value === undefined || value === null
    ? '–'
    : value >= 100
      ? Math.round(value).toLocaleString('en-US')
      : value.toPrecision(3);

/** As many as there are: a count of round trips is mostly whole. */
export const count = (value) =>
  value === undefined || value === null ? '–' : Number.isInteger(value) ? String(value) : value.toFixed(2);

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
