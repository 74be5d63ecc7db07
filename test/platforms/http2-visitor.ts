import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface Http2Answer {
  status: number;
  headers: IncomingHttpHeaders;
  cookies: string[];
  body: string;
}

/** A visitor over one HTTP/2 connection; keeps the session's cookie. */
export class Http2Visitor {
  #session: ClientHttp2Session;
  #cookie: string | null = null;

  constructor(url: string) {
    this.#session = connect(url);
  }

  async get(path: string, onHead: () => void = () => {}): Promise<Http2Answer> {
    const stream = this.#session.request({ ':path': encodeURI(path), ...(this.#cookie && { cookie: this.#cookie }) });
    const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status': number }];
    onHead();
    const cookies = headers['set-cookie'] ?? [];
    const ours = cookies.find((cookie) => cookie.startsWith('sessionid='));
    if (ours) this.#cookie = ours.split(';')[0]!;
    return { status: headers[':status'], headers, cookies, body: await text(stream) };
  }

  /** Asks, and is gone as soon as this says so. */
  async leave(path: string, when: Promise<void>): Promise<void> {
    const stream = this.#session.request({ ':path': encodeURI(path), ...(this.#cookie && { cookie: this.#cookie }) });
    const gone = once(stream, 'close');
    await when;
    stream.close(constants.NGHTTP2_CANCEL);
    await gone;
  }

  close(): void {
    this.#session.destroy();
  }
}
