const METHODS = { untouched: 'GET', read: 'GET', write: 'POST', login: 'POST' };

/** Of twenty requests ten never touch the session, nine read it, and one writes. */
const MIX = Array.from({ length: 20 }, (_, n) => (n === 11 ? 'write' : n % 2 === 0 ? 'untouched' : 'read'));

/** What one client asks for, over and over, beginning at a position of the mix. */
export function requestsOf(route, cookie, position = 0) {
  const routes = route === 'mix' ? MIX.map((_, n) => MIX[(n + position) % MIX.length]) : [route];
  return routes.map((name) => ({ method: METHODS[name], path: `/${name}`, headers: { cookie } }));
}

/** Whether a request advances the counter in the session. */
export function writes({ path }) {
  return path === '/write' || path === '/login';
}
