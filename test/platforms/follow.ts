import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';

const ask = (url: string, cookie: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { headers: cookie ? { cookie } : {} })
      .on('response', resolve)
      .on('error', reject)
      .end();
  });

/**
 * Asks, and follows the redirect as soon as its head is there, with the cookie it brings, whatever of it is
 * still to come: what is found there.
 */
export async function followAtOnce(url: string, path: string): Promise<unknown> {
  const { headers } = await ask(url + path, '');
  const [cookie = ''] = headers['set-cookie'] ?? [];
  return json(await ask(url + headers.location!, cookie.split(';')[0]!));
}
