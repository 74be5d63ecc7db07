import { connect, type Socket } from 'node:net';
import { MemcachedReplies, type MemcachedReply } from './memcached-replies.js';

/** Where a server listens. */
export type MemcachedAddress = { host: string; port: number } | { path: string };

interface Waiting {
  resolve(reply: MemcachedReply): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/**
 * One connection to Memcached. Commands go out at once, without waiting for earlier answers; answers
 * come in the order of the commands. It is of no use after its first failure.
 */
export class MemcachedConnection {
  readonly #socket: Socket;
  readonly #commandTimeout: number;
  readonly #onEnd: () => void;
  readonly #replies: MemcachedReplies;
  readonly #waiting: Waiting[] = [];
  #failure: Error | null = null;

  private constructor(socket: Socket, commandTimeout: number, maxItemBytes: number, onEnd: () => void) {
    this.#replies = new MemcachedReplies(maxItemBytes);
    this.#socket = socket;
    this.#commandTimeout = commandTimeout;
    this.#onEnd = onEnd;
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('end', () => this.#fail(new Error('it has closed the connection')));
    socket.on('close', () => this.#fail(new Error('the connection was closed')));
    this.#letProcessEnd();
  }

  /** Timeouts in milliseconds. `onEnd` is called once, when the connection that was opened is lost. */
  static open(
    address: MemcachedAddress,
    connectTimeout: number,
    commandTimeout: number,
    maxItemBytes: number,
    onEnd: () => void,
  ): Promise<MemcachedConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(address);
      const timer = setTimeout(
        () => socket.destroy(new Error(`no connection within ${connectTimeout} ms`)),
        connectTimeout,
      );
      socket.once('error', (error) => {
        clearTimeout(timer);
        reject(unanswered(error));
      });
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve(new MemcachedConnection(socket, commandTimeout, maxItemBytes, onEnd));
      });
    });
  }

  /** Sends a command, with its value if it has one. */
  ask(command: string, value?: Buffer): Promise<MemcachedReply> {
    if (this.#failure) return Promise.reject(unanswered(this.#failure));
    return new Promise((resolve, reject) => {
      // Without this answer nobody can tell which the next one belongs to.
      const timer = setTimeout(
        () => this.#fail(new Error(`no answer within ${this.#commandTimeout} ms`)),
        this.#commandTimeout,
      );
      this.#waiting.push({ resolve, reject, timer });
      this.#socket.ref();
      this.#socket.cork();
      this.#socket.write(`${command}\r\n`);
      if (value) {
        this.#socket.write(value);
        this.#socket.write('\r\n');
      }
      this.#socket.uncork();
    });
  }

  close(): void {
    this.#fail(new Error('the connection was closed'));
  }

  #take(chunk: Buffer): void {
    try {
      for (const reply of this.#replies.read(chunk)) {
        const waiting = this.#waiting.shift();
        if (!waiting) throw new SyntaxError('Memcached answered what nobody asked');
        clearTimeout(waiting.timer);
        if (reply.code.endsWith('ERROR')) {
          waiting.reject(refused(reply.code));
          // It has not understood, and may now read the value that follows as commands.
          if (reply.code !== 'SERVER_ERROR') throw new Error('the connection was dropped after an error');
        } else waiting.resolve(reply);
      }
    } catch (error) {
      this.#fail(error as Error);
    }
    this.#letProcessEnd();
  }

  #fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#onEnd();
    this.#socket.destroy();
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      reject(unanswered(error));
    }
  }

  /** A connection that waits for nothing shall not keep a script alive. */
  #letProcessEnd(): void {
    if (this.#waiting.length === 0) this.#socket.unref();
  }
}

function unanswered({ message }: Error): Error {
  return new Error(`Memcached does not answer: ${message}`);
}

function refused(code: string): Error {
  const reason = {
    ERROR: 'it does not know the meta commands, which came with version 1.6',
    CLIENT_ERROR: 'it does not understand the command',
  }[code];
  return new Error(`Memcached refused: ${reason ?? 'it cannot store this now (too large, or out of memory)'}`);
}
