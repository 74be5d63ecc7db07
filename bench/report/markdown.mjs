import { contender } from '../servers/contenders.mjs';
import { median, ratio, spread } from '../statistics.mjs';
import { count, kilobytes, percent, short, table, times, whole } from './figures.mjs';

/** The tables of a run, as text. */
export function markdownOf(run) {
  return [
    heading(run),
    run.targets && section('Targets', targetsTable(run.targets)),
    run.groups?.length && section('Throughput and latency', run.groups.map(groupTables).join('\n\n')),
    run.accounting?.length && section('What one request costs', accountingTable(run.accounting)),
    run.django && section('The session layer of Django, in CPython', djangoTable(run.django)),
    run.micro && section('Single steps', microTables(run.micro, run.django)),
    run.flatness?.length && section('Ever more sessions', flatnessTable(run.flatness)),
    run.memory && section('Memory', memoryTable(run.memory)),
    run.leftOut.length > 0 && section('Left out', run.leftOut.map(({ what, why }) => `- ${what}: ${why}`).join('\n')),
  ]
    .filter(Boolean)
    .join('\n\n');
}

const section = (title, text) => `### ${title}\n\n${text}`;

function heading({ date, machine, versions, plan, isComplete }) {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured on ${date}: ${machine.cpus} × ${machine.model}, ${machine.memory} GB, ${machine.system}; ${machine.isPinned ? 'the server under test had one processor to itself' : 'nothing was pinned to a processor'}. ${programs.join(', ')}.`,
    isComplete
      ? `Each figure is the median of ${[...new Set(plan.groups.map(roundsOf))].join(' or ')} of ${plan.seconds} s; the machine’s load before the run was ${machine.load}.`
      : `A short run (${plan.seconds} s a round): good to see whether something has broken, and for nothing else. The machine’s load before it was ${machine.load}.`,
  ].join('\n\n');
}

const roundsOf = ({ launches, rounds }) => `${launches * rounds} rounds, in ${launches} launches,`;

function targetsTable(targets) {
  const rows = targets.map(({ what, wanted, value, throughput, isMet }) => [
    what,
    wanted,
    times(value),
    times(throughput),
    isMet === null ? 'not measured' : isMet ? 'met' : '**not met**',
  ]);
  const reasons = targets
    .filter(({ isMet, why }) => isMet === false && why)
    .map(({ what, why }) => `- ${what}: ${why}`);
  const parts = [table(['', 'wanted', 'measured', 'in requests/s', ''], rows)];
  if (reasons.length > 0) parts.push(`Why some are not:`, reasons.join('\n'));
  return parts.join('\n\n');
}

function groupTables({ name, results, contenders }) {
  const cells = [...new Map(results.map((one) => [`${one.route} ${one.bytes} ${one.clients}`, one])).values()];
  const crowd = cells.filter(({ clients }) => clients === 64);
  const few = cells.filter(({ clients }) => clients < 64);
  const find = (id, cell) =>
    results.find(
      (one) => one.id === id && one.route === cell.route && one.bytes === cell.bytes && one.clients === cell.clients,
    );
  const ids = contenders.filter((id) => results.some((one) => one.id === id));
  const parts = [`#### ${name}`, throughputTable(crowd, ids, find)];
  if (few.length > 0) parts.push(parallelTable(few, ids, find));
  return parts.join('\n\n');
}

function throughputTable(cells, ids, find) {
  const none = ids.find((id) => contender(id).role === 'none');
  const rows = cells.flatMap((cell) =>
    ids.map((id) => {
      const one = find(id, cell);
      if (!one) return [`${titleOf(cell)}: ${labelOf(id)}`, ...Array.from({ length: 7 }, () => '–')];
      const base = none && find(none, cell);
      return [
        `${titleOf(cell)}: ${labelOf(id)}`,
        whole(median(one.rps)),
        percent(spread(one.rps)),
        base ? times(ratio(one.rps, base.rps)) : '–',
        short(median(one.cpu)),
        base ? times(ratio(base.cpu, one.cpu)) : '–',
        short(median(one.p50)),
        short(median(one.p99)),
      ];
    }),
  );
  return table(
    ['64 clients', 'requests/s', 'spread', 'of no session', 'CPU, µs', 'of no session', 'p50, ms', 'p99, ms'],
    rows,
  );
}

function parallelTable(cells, ids, find) {
  const rows = cells.flatMap((cell) =>
    ids.map((id) => {
      const one = find(id, cell);
      const clients = cell.clients === 1 ? 'one client' : `${cell.clients} clients`;
      return [
        `${titleOf(cell)}, ${clients}: ${labelOf(id)}`,
        ...(one ? [whole(median(one.rps)), short(median(one.p50)), short(median(one.p99))] : ['–', '–', '–']),
      ];
    }),
  );
  return table(['fewer clients', 'requests/s', 'p50, ms', 'p99, ms'], rows);
}

const titleOf = ({ route, bytes }) => (route === 'untouched' ? route : `${route}, ${bytes / 1000} KB`);

export function labelOf(id) {
  const [, build] = id.split('@');
  const { role, label } = contender(id);
  const text = role === 'ours' ? `**${label}**` : label;
  return build ? `${text} (${build})` : text;
}

function accountingTable(accounting) {
  const names = { login: 'log-in', first: 'first write' };
  const rows = accounting.flatMap(({ id, routes: costs }) =>
    Object.entries(costs).map(([route, { trips, sent, received, allocated }]) => {
      const { platform, store } = contender(id);
      const isServer = !['none', 'memory', 'file', 'cookie', 'sqlite'].includes(store);
      return [
        `${labelOf(id)}${platform === 'fastify' ? ' (Fastify)' : ''}${contender(id).role === 'limit' ? `, ${store}` : ''}: ${names[route] ?? route}`,
        isServer ? count(trips) : '–',
        isServer ? whole(sent) : '–',
        isServer ? whole(received) : '–',
        kilobytes(allocated),
      ];
    }),
  );
  return `One visitor with a session of 2 KB; every byte counted on its way to the store and back.\n\n${table(['', 'round trips', 'bytes sent', 'bytes received', 'allocated, KB'], rows)}`;
}

function djangoTable(django) {
  if (django.missing) return django.missing;
  const rows = Object.entries(django.layer).map(([engine, { untouched, read, write }]) => [
    engine,
    short(untouched),
    short(read),
    short(write),
  ]);
  const head = [`microseconds a request`, 'untouched', 'read', 'write'];
  return `Django ${django.version} in CPython ${django.python}: its middleware around a view by its own request factory, less the view alone; a database and a cache in the same process.\n\n${table(head, rows)}`;
}

function microTables(micro, django) {
  const sizes = Object.keys(micro);
  const names = [...new Set(sizes.flatMap((size) => Object.keys(micro[size])))];
  const rows = names.map((name) => [name, ...sizes.map((size) => short(micro[size][name]?.us))]);
  const ofDjango = django?.codec
    ? Object.keys(django.codec[sizes[0]]).map((name) => [
        `Django in CPython: ${name}`,
        ...sizes.map((size) => short(django.codec[size]?.[name])),
      ])
    : [];
  return table(['microseconds', ...sizes.map((size) => `${size / 1000} KB`)], [...rows, ...ofDjango]);
}

function flatnessTable(flatness) {
  const rows = flatness.flatMap(({ label, costs }) =>
    costs.map(({ amount, read, write }) => [`${label}: ${whole(amount)} stored`, short(read), short(write)]),
  );
  return table(['microseconds, without HTTP', 'read', 'read and write'], rows);
}

function memoryTable(memory) {
  const sizes = Object.keys(memory);
  const rows = Object.keys(memory[sizes[0]]).map((name) => [name, ...sizes.map((size) => whole(memory[size][name]))]);
  return table(['bytes of memory for one session', ...sizes.map((size) => `${size / 1000} KB of JSON`)], rows);
}
