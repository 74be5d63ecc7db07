import { contender } from '../servers/contenders.mjs';
import { USUAL } from '../plan.mjs';
import { median } from '../statistics.mjs';

const WIDTH = 760;
const LEFT = 250;
const RIGHT = 70;
const BAR = 16;
const COLOURS = { none: '#8a94a6', limit: '#5b8def', ours: '#0a7d4f', peer: '#c9781f' };
const ROUTES = [
  ['untouched', 'never touches the session'],
  ['read', 'reads, 2 KB'],
  ['write', 'writes, 2 KB'],
];

/** Requests per second of the contenders of these groups, as a bar chart: an SVG that needs nothing, light or dark. */
export function throughputChart(groups) {
  const bars = [];
  let y = 34;
  const most = Math.max(...groups.flatMap(({ results }) => results.filter(isShown).map(({ rps }) => median(rps))));
  for (const { name, results, contenders } of groups) {
    bars.push(text(12, y, name, 'title'));
    y += 10;
    for (const [route, title] of ROUTES) {
      y += 20;
      bars.push(text(12, y, title, 'route'));
      y += 8;
      for (const id of contenders) {
        const one = results.find((result) => isShown(result) && result.id === id && result.route === route);
        if (!one || id.includes('@')) continue;
        const value = median(one.rps);
        const length = Math.max(1, ((WIDTH - LEFT - RIGHT) * value) / most);
        const { label, role } = contender(id);
        bars.push(
          text(LEFT - 8, y + BAR - 4, label, 'label'),
          `<rect x="${LEFT}" y="${y}" width="${length.toFixed(1)}" height="${BAR - 3}" rx="2" fill="${COLOURS[role]}"/>`,
          text(LEFT + length + 6, y + BAR - 4, Math.round(value).toLocaleString('en-US'), 'value'),
        );
        y += BAR + 1;
      }
    }
    y += 34;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="Requests per second, side by side">
<style>
  text { font: 12px system-ui, sans-serif; fill: #1f2733; }
  .title { font-size: 15px; font-weight: 600; }
  .route { font-weight: 600; }
  .label { text-anchor: end; }
  .value { font-variant-numeric: tabular-nums; }
  @media (prefers-color-scheme: dark) { text { fill: #e6e9ef; } }
</style>
${bars.join('\n')}
</svg>
`;
}

const isShown = ({ clients, bytes }) => clients === 64 && bytes === USUAL;

function text(x, y, content, kind) {
  const safe = content.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`);
  return `<text x="${x.toFixed(1)}" y="${y}" class="${kind}">${safe}</text>`;
}
