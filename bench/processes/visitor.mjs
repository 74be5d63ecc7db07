/** A request like any other; answers the status, the body and the cookies as they are after it. */
export async function visit(server, method, route, cookie) {
  const response = await fetch(server.url(route), { method, headers: cookie ? { cookie } : {} });
  const body = await response.text();
  const set = response.headers.getSetCookie();
  return { status: response.status, body, set, cookie: withCookies(cookie, set) };
}

/** A new visitor with a session. Those of a contender without sessions send a cookie all the same. */
export async function seedCookie(server, bytes) {
  const { status, body, cookie } = await visit(server, 'POST', `seed/${bytes}`, null);
  if (status !== 201) throw new Error(`${server.id} could not make a session of ${bytes} bytes: ${status} ${body}`);
  if (server.contender.role === 'none') return 'sessionid=0123456789abcdefghijklmnopqrstuv';
  if (!cookie) throw new Error(`${server.id} made a session of ${bytes} bytes and sent no cookie`);
  return cookie;
}

/** The counter that is in the visitor's session. */
export async function counterOf(server, cookie) {
  const { status, body } = await visit(server, 'GET', 'read', cookie);
  if (status !== 200) throw new Error(`${server.id} could not read: ${status} ${body}`);
  return JSON.parse(body).n;
}

/** A Cookie header with what Set-Cookie headers have changed of it, as a browser would send. */
export function withCookies(header, set) {
  if (set.length === 0) return header;
  const jar = new Map((header ?? '').split('; ').filter(Boolean).map(pair));
  for (const text of set) {
    const [name, value] = pair(text.split(';', 1)[0]);
    if (/;\s*max-age=0(?:;|$)|;\s*expires=Thu, 01 Jan 1970/i.test(text)) jar.delete(name);
    else jar.set(name, value);
  }
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
}

function pair(text) {
  const cut = text.indexOf('=');
  return [text.slice(0, cut), text.slice(cut + 1)];
}
