import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';

/** A client of a gateway, of either kind. */
export interface Peer {
  send(event: string, data?: unknown): void;
  /** The data of the next event of this name; events that came before it was asked for are kept. */
  next(event: string): Promise<any>;
  /** How many events of this name came that nobody has asked for. */
  unread(event: string): number;
  /** Over when the socket has been closed, by either side; says how. */
  readonly closed: Promise<string>;
  close(): Promise<void>;
}

/** Events that came, and those who wait for some. */
class Inbox {
  readonly #came: { event: string; data: unknown }[] = [];
  readonly #waiting: { event: string; resolve: (data: unknown) => void }[] = [];

  put(event: string, data: unknown): void {
    const index = this.#waiting.findIndex((one) => one.event === event);
    if (index < 0) this.#came.push({ event, data });
    else this.#waiting.splice(index, 1)[0]!.resolve(data);
  }

  unread(event: string): number {
    return this.#came.filter((one) => one.event === event).length;
  }

  next(event: string): Promise<unknown> {
    const index = this.#came.findIndex((one) => one.event === event);
    if (index >= 0) return Promise.resolve(this.#came.splice(index, 1)[0]!.data);
    return new Promise((resolve) => this.#waiting.push({ event, resolve }));
  }
}

export class WsPeer implements Peer {
  readonly #inbox = new Inbox();
  readonly closed: Promise<string>;

  private constructor(readonly socket: WebSocket) {
    this.closed = once(socket, 'close').then(([code, reason]) => `${code} ${reason}`.trim());
    socket.on('message', (text) => {
      const { event, data } = JSON.parse(String(text)) as { event: string; data: unknown };
      this.#inbox.put(event, data);
    });
  }

  static async open(url: string, cookie?: string): Promise<WsPeer> {
    const peer = new WsPeer(new WebSocket(url.replace('http', 'ws'), { headers: cookie ? { cookie } : {} }));
    await once(peer.socket, 'open');
    return peer;
  }

  send(event: string, data?: unknown): void {
    this.socket.send(JSON.stringify({ event, data }));
  }

  next(event: string): Promise<unknown> {
    return this.#inbox.next(event);
  }

  unread(event: string): number {
    return this.#inbox.unread(event);
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}

export class SocketIoPeer implements Peer {
  readonly #inbox = new Inbox();
  readonly closed: Promise<string>;

  private constructor(readonly socket: Socket) {
    this.closed = new Promise((resolve) => socket.once('disconnect', resolve));
    socket.onAny((event: string, data: unknown) => this.#inbox.put(event, data));
  }

  static async open(url: string, cookie?: string): Promise<SocketIoPeer> {
    const extraHeaders: Record<string, string> = cookie ? { cookie } : {};
    const peer = new SocketIoPeer(
      io(url, { transports: ['websocket'], reconnection: false, forceNew: true, extraHeaders }),
    );
    await new Promise<void>((resolve, reject) => {
      peer.socket.once('connect', resolve);
      peer.socket.once('connect_error', reject);
    });
    return peer;
  }

  send(event: string, data?: unknown): void {
    this.socket.emit(event, data);
  }

  next(event: string): Promise<unknown> {
    return this.#inbox.next(event);
  }

  unread(event: string): number {
    return this.#inbox.unread(event);
  }

  async close(): Promise<void> {
    this.socket.disconnect();
    await this.closed;
  }
}
