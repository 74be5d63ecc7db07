/** A request that can be made once more. */
export interface Hop {
  url: URL;
  method: string;
  headers: Headers;
  body: RequestInit['body'];
}

/**
 * What a browser asks for next; null where the answer is no redirect, or one that leaves the application,
 * which a test has to look at and not to follow.
 */
export function redirected(response: Response, { url, method, headers, body }: Hop): Hop | null {
  const location = response.headers.get('location');
  if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) return null;
  const to = new URL(location, url);
  if (to.origin !== url.origin) return null;
  const becomesGet = (response.status === 303 && method !== 'HEAD') || (response.status <= 302 && method === 'POST');
  if (!becomesGet) return { url: to, method, headers, body };
  const bare = new Headers(headers);
  for (const name of ['content-type', 'content-length', 'content-encoding', 'content-language']) bare.delete(name);
  return { url: to, method: 'GET', headers: bare, body: null };
}
