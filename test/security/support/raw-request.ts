import { connect } from 'node:net';

export interface RawAnswer {
  status: number;
  /** Names in small letters; a header that came several times is there several times. */
  headers: [name: string, value: string][];
  body: string;
}

/**
 * Sends a request byte by byte as it is written here, which no client of good manners would: any bytes
 * in a header, several Cookie headers. Texts are sent as Latin-1. `cookies`: the values of Cookie headers.
 */
export function rawRequest(
  url: string,
  path: string,
  cookies: readonly (string | Buffer)[],
  method = 'GET',
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const lines = [
    Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 0\r\n`),
    ...cookies.flatMap((value) => [
      Buffer.from('Cookie: '),
      typeof value === 'string' ? Buffer.from(value, 'latin1') : value,
      Buffer.from('\r\n'),
    ]),
    Buffer.from('\r\n'),
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', (error) => {
      // A server that refuses a request need not read all of it.
      if (chunks.length === 0) reject(error);
    });
    socket.on('close', () => resolve(answerIn(Buffer.concat(chunks).toString('latin1'))));
    socket.write(Buffer.concat(lines));
  });
}

function answerIn(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  return {
    status: Number(first.split(' ')[1]),
    headers: lines.map((line) => {
      const cut = line.indexOf(':');
      return [line.slice(0, cut).toLowerCase(), line.slice(cut + 1).trim()];
    }),
    body: text.slice(end + 4),
  };
}

/** The values of all headers of a name. */
export function all({ headers }: RawAnswer, name: string): string[] {
  return headers.flatMap(([one, value]) => (one === name ? [value] : []));
}
