import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../support/own-server.js';

/** One client's connection, and ours to the server behind. */
interface Pair {
  client: Socket;
  server: Socket;
}

/** Stands before a server on a port of its own, and does to its connections what networks and crashes do. */
export class TcpProxy {
  #listener: Server | null = null;
  readonly #pairs = new Set<Pair>();
  #isPaused = false;
  #delay = 0;
  /** How many answers are still to pass before one is cut. */
  #repliesUntilCut = Infinity;

  private constructor(
    readonly port: number,
    private readonly target: number,
  ) {}

  static async before(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(await freePort(), target);
    await proxy.accept();
    return proxy;
  }

  /** Takes connections, after `refuse`. */
  async accept(): Promise<void> {
    this.#listener = createServer((client) => this.#join(client)).listen(this.port, '127.0.0.1');
    await once(this.#listener, 'listening');
  }

  /** As a server that has stopped: what is open is cut, and nothing new is taken. */
  async refuse(): Promise<void> {
    const listener = this.#listener!;
    this.#listener = null;
    listener.close();
    this.cut();
    await once(listener, 'close');
  }

  cut(): void {
    for (const pair of this.#pairs) this.#end(pair);
  }

  /** Connections stay and new ones are taken, but nothing passes, before `resume`. */
  pause(): void {
    this.#isPaused = true;
    for (const { client, server } of this.#pairs) {
      client.pause();
      server.pause();
    }
  }

  resume(): void {
    this.#isPaused = false;
    for (const { client, server } of this.#pairs) {
      client.resume();
      server.resume();
    }
  }

  /** Every answer takes so many milliseconds longer; 0: none. */
  slow(milliseconds: number): void {
    this.#delay = milliseconds;
  }

  /**
   * The next answer ends in the middle, or the nth, and so does its connection. The server has done what
   * it was asked, and the client does not know. What is handed out tells whether that has happened.
   */
  cutReply(nth: number): () => boolean {
    this.#repliesUntilCut = nth - 1;
    return () => this.#repliesUntilCut === Infinity;
  }

  /** What is open leads nowhere from now on, and nobody is told; new connections work. As after a change of routes. */
  strand(): void {
    for (const pair of this.#pairs) {
      pair.client.removeAllListeners('data').pause();
      pair.server.removeAllListeners('data').pause();
    }
  }

  async close(): Promise<void> {
    if (this.#listener) await this.refuse();
  }

  #join(client: Socket): void {
    const pair: Pair = { client, server: connect(this.target, '127.0.0.1') };
    this.#pairs.add(pair);
    client.setNoDelay(true);
    pair.server.setNoDelay(true);
    for (const [socket, other] of [
      [client, pair.server],
      [pair.server, client],
    ] as const) {
      socket.on('error', () => {});
      socket.on('close', () => {
        // What was said before still arrives.
        other.end();
        if (other.destroyed) this.#pairs.delete(pair);
      });
    }
    client.on('data', (chunk) => pair.server.write(chunk));
    pair.server.on('data', (chunk) => this.#reply(pair, chunk));
    if (this.#isPaused) {
      client.pause();
      pair.server.pause();
    }
  }

  #reply(pair: Pair, chunk: Buffer): void {
    if (this.#repliesUntilCut-- === 0) {
      this.#repliesUntilCut = Infinity;
      pair.client.end(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => this.#end(pair));
    } else if (this.#delay > 0) setTimeout(() => pair.client.write(chunk), this.#delay);
    else pair.client.write(chunk);
  }

  #end({ client, server }: Pair): void {
    client.destroy();
    server.destroy();
  }
}
