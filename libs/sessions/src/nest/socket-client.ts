import type { IncomingHttpHeaders } from 'node:http';

/** What carries the cookies that a socket was opened with. */
export interface SocketHandshake {
  headers: IncomingHttpHeaders;
}

/** A socket of `ws`, as far as it is used; the library imports neither this nor socket.io. */
interface WebSocketClient {
  readonly readyState: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  once(event: 'close', listener: () => void): unknown;
}

/** A socket of socket.io, as far as it is used. */
interface SocketIoClient {
  readonly connected: boolean;
  readonly handshake: SocketHandshake;
  readonly conn: { close(): void };
  emit(event: string, data: unknown): unknown;
  disconnect(close?: boolean): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
}

/** A socket as a gateway is handed it: of `ws`, or of socket.io. */
export type SocketClient = WebSocketClient | SocketIoClient;

/** Codes that close a WebSocket: of our own, for a session that has ended, and of RFC 6455's registry. */
const SESSION_ENDED = 4401;
const INTERNAL_ERROR = 1011;
const TRY_AGAIN_LATER = 1013;

const CLOSED = 3;

/** The Cookie header a socket was opened with. Throws `TypeError` where nobody has it. */
export function cookieHeaderOf(client: SocketClient, request: SocketHandshake | undefined): string | undefined {
  const handshake = request ?? (isSocketIo(client) ? client.handshake : undefined);
  if (handshake) return handshake.headers.cookie;
  throw new TypeError(
    'connect(client, request) needs the request: a socket of ws does not know its handshake, and ' +
      'handleConnection(client, request) is handed it.',
  );
}

/** Calls back when the socket has closed. False: it has closed already, and nothing will be called. */
export function onceClosed(client: SocketClient, listener: () => void): boolean {
  if (isSocketIo(client)) {
    if (!client.connected) return false;
    client.once('disconnect', listener);
  } else {
    if (client.readyState === CLOSED) return false;
    client.once('close', listener);
  }
  return true;
}

/** Closes a socket whose session has ended: who opens another must log in first. */
export function endSocket(client: SocketClient): void {
  if (isSocketIo(client)) client.disconnect(true);
  else client.close(SESSION_ENDED, 'session ended');
}

/** Closes a socket whose session could not be loaded. socket.io's client comes again by itself then. */
export function turnAway(client: SocketClient, isUnavailable: boolean): void {
  if (isSocketIo(client)) client.conn.close();
  else if (isUnavailable) client.close(TRY_AGAIN_LATER, 'try again later');
  else client.close(INTERNAL_ERROR, 'internal error');
}

/** Sends an event in the form in which Nest's adapters send those that handlers answer. */
export function emitTo(client: SocketClient, event: string, data: object): void {
  if (isSocketIo(client)) client.emit(event, data);
  else client.send(JSON.stringify({ event, data }));
}

function isSocketIo(client: SocketClient): client is SocketIoClient {
  return typeof (client as Partial<SocketIoClient>).disconnect === 'function';
}
