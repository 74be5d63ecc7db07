import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** What a server does with what it is sent on a connection. */
export type Conduct = (socket: Socket, received: Buffer) => void;

/** A server that answers whatever a test likes. */
export class OddServer {
  /** What it does now; a test changes it. */
  conduct: Conduct = () => {};
  /** How many connections were made. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
      socket.on('data', (received: Buffer) => this.conduct(socket, received));
    });
  }

  static async start(): Promise<OddServer> {
    const odd = new OddServer();
    odd.#server.listen(0, '127.0.0.1');
    await once(odd.#server, 'listening');
    return odd;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Ends every connection there is. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.hangUp();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Sends bytes in pieces, as a network may, and then perhaps ends the connection. */
export function inPieces(socket: Socket, bytes: Buffer, cuts: readonly number[], end: boolean): void {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  const send = () => {
    if (socket.destroyed) return;
    const to = places.shift() ?? bytes.length;
    socket.write(bytes.subarray(from, to));
    from = to;
    if (from < bytes.length) setImmediate(send);
    else if (end) socket.end();
  };
  socket.setNoDelay(true);
  send();
}
