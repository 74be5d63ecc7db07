/** A visitor: keeps the cookies it is given, as far as the tests need it. */
export class Visitor {
  readonly cookies = new Map<string, string>();

  constructor(readonly url: string) {}

  async get(path = '/', init: RequestInit = {}): Promise<Response> {
    const response = await fetch(this.url + path, {
      redirect: 'manual',
      ...init,
      headers: { ...this.#header(), ...(init.headers as Record<string, string>) },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair] = cookie.split(';');
      const cut = pair!.indexOf('=');
      if (/Max-Age=0\b/.test(cookie)) this.cookies.delete(pair!.slice(0, cut));
      else this.cookies.set(pair!.slice(0, cut), pair!.slice(cut + 1));
    }
    return response;
  }

  post(path: string, init: RequestInit = {}): Promise<Response> {
    return this.get(path, { method: 'POST', ...init });
  }

  #header(): Record<string, string> {
    if (this.cookies.size === 0) return {};
    return { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
  }
}
