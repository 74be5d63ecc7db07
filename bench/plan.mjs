/**
 * What is measured with what: which contenders beside each other, on which routes, with how much in a session
 * (bytes of JSON), and how often: so many rounds of each, in so many launches of all servers. Each group has a
 * server without sessions, so that no ratio crosses groups.
 */
const GROUPS = [
  {
    name: 'Redis, Express',
    contenders: ['none-express', 'none-equal', 'hand-redis', 'hand-redis-equal', 'ours-redis', 'express-redis'],
    isMain: true,
  },
  {
    name: 'Redis, Fastify',
    contenders: ['none-fastify', 'hand-redis-fastify', 'ours-redis-fastify', 'fastify-session'],
    isMain: true,
  },
  {
    name: 'PostgreSQL, Express',
    contenders: ['none-express', 'hand-postgres', 'hand-django', 'ours-postgres', 'ours-cached-db', 'express-postgres'],
    isMain: true,
  },
  { name: 'SQLite, Express', contenders: ['none-express', 'hand-sqlite', 'ours-sqlite'] },
  { name: 'Memcached, Express', contenders: ['none-express', 'ours-memcached'] },
  { name: 'memory, Express', contenders: ['none-express', 'ours-memory', 'express-memory'] },
  { name: 'files, Express', contenders: ['none-express', 'ours-file', 'express-file'] },
  {
    name: 'cookies, Express',
    contenders: ['none-express', 'ours-signed', 'ours-encrypted', 'cookie-session', 'iron-session'],
    inCookie: true,
  },
  {
    name: 'cookies, Fastify',
    contenders: ['none-fastify', 'ours-encrypted-fastify', 'secure-session'],
    inCookie: true,
  },
];

export const USUAL = 2000;

export function planOf({ quick, rounds, launches, seconds, only, builds }) {
  const groups = GROUPS.filter(({ isMain }) => isMain || !quick)
    .filter(({ name, contenders }) => !only || name.includes(only) || contenders.some((id) => id.includes(only)))
    .map((group) => ({
      ...group,
      contenders: withBuilds(group.contenders, builds),
      cells: cellsOf(group, quick),
      launches: launches ?? (quick ? 1 : group.isMain ? 3 : 2),
      rounds: rounds ?? (quick ? 3 : 2),
    }));
  return {
    groups,
    // Many short turns: what slows the machine for a while then slows neighbours alike.
    seconds: seconds ?? (quick ? 0.2 : 0.3),
    /** Seconds of each route before anything is timed, and again before each cell. */
    firstWarmUp: quick ? 0.5 : 1,
    warmUp: quick ? 0.2 : 0.4,
    /** Whose round trips and allocations are counted. */
    accounted: [...new Set(groups.flatMap(({ contenders }) => contenders))].filter(
      (id) => !quick || id.startsWith('ours'),
    ),
    accountedRequests: quick ? 100 : 500,
    stored: quick ? [1000, 20_000] : [1000, 10_000, 100_000, 1_000_000],
    storedFiles: quick ? [1000, 5000] : [1000, 10_000, 100_000, 1_000_000],
    microRounds: quick ? 5 : 25,
  };
}

function cellsOf({ inCookie, isMain }, quick) {
  const sizes = quick ? [USUAL] : inCookie ? [300, USUAL] : [300, USUAL, 20_000];
  return [
    { route: 'untouched', bytes: USUAL },
    ...sizes.map((bytes) => ({ route: 'read', bytes })),
    ...sizes.map((bytes) => ({ route: 'write', bytes })),
    ...(quick ? [] : ['login', 'mix'].map((route) => ({ route, bytes: USUAL }))),
    // One visitor after another: what a single request takes.
    ...(isMain && !quick ? [1, 4, 16].map((clients) => ({ route: 'read', bytes: USUAL, clients })) : []),
    ...(isMain && !quick ? [{ route: 'write', bytes: USUAL, clients: 1 }] : []),
  ];
}

/** Every contender of ours once more for each further build of the library, right beside it. */
function withBuilds(contenders, builds) {
  return contenders.flatMap((id) => [id, ...(id.startsWith('ours') ? builds.map((build) => `${id}@${build}`) : [])]);
}
