import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Pretence, pretendSent } from './pretend-sent.js';
import type { SessionHeaders } from './request-session.js';
import type { Gate, RequestSessions } from './request-sessions.js';
import {
  addSessionHeaders,
  adoptHeaders,
  dropContentHeaders,
  type HeadersArgument,
  takeHeaders,
  writeSessionHeaders,
} from './response-headers.js';

/** What the gate asks of whoever put it up. */
export interface GateKeeper {
  /** The answer that takes the place of one whose session could not be saved. */
  answerFor(error: unknown): FailedAnswer;
  /** Told of every answer that hands out a session. */
  handsOut(request: IncomingMessage, headers: SessionHeaders): void;
  /** Saves what was changed after the headers had left; the answer is over. */
  saveLate(sessions: RequestSessions, status: number): void;
}

/** What is answered in place of a response whose session could not be saved. */
export interface FailedAnswer {
  status: number;
  body: unknown;
}

const NONE: never[] = [];

/** `flush` is no method of Node's: what compresses below us may have it, and it says that what was written shall leave now. */
export const HELD = ['writeHead', 'flushHeaders', 'write', 'end', 'flush'] as const;
export type Held = (typeof HELD)[number];
type Method = (...args: any[]) => any;
export type Methods = Partial<Record<Held, Method>>;

/**
 * Stands between the application and the wire: at the first sign of an answer the session is saved,
 * and only then does the first byte leave. Calls made meanwhile are kept and made later, in order.
 * Where there is nothing to save, nothing waits.
 */
export class ResponseGate implements Gate {
  /** What was called meanwhile; empty where nothing had to wait. */
  private waiting: { name: Held; args: unknown[] }[] = NONE;
  private pretence: Pretence | null = null;
  /** The answer is on its way. Who asks for the session only then can have it saved, but not told. */
  private isOver: boolean;
  private owesDrain = false;
  private keptBytes = 0;

  /** `below`: the methods by which calls go on. `whenOver`: told when the gate has no more to do. */
  constructor(
    private readonly response: ServerResponse,
    private readonly sessions: RequestSessions,
    private readonly keeper: GateKeeper,
    private readonly below: Methods,
    private readonly whenOver: (() => void) | null = null,
  ) {
    this.isOver = response.headersSent;
    response.on('close', () => this.closed());
  }

  /** One of the methods was called. */
  meet(name: Held, args: unknown[]): unknown {
    const { response, waiting, pretence } = this;
    if (this.isOver) return this.call(name, args);
    // Nothing was written yet.
    if (name === 'flush' && !pretence) return this.call(name, args);
    if (!pretence) {
      const status = name === 'writeHead' ? Number(args[0]) : response.statusCode;
      const headers = this.sessions.headersNow(status);
      if (headers) return this.letPass(name, args, headers);
      // Fastify goes on using the object it hands out.
      if (name === 'writeHead') args.push(copyOf(takeHeaders(args)));
      this.waiting = [{ name, args }];
      this.hold(status);
    } else {
      // The head of an answer under way has been decided already, and nothing comes after its end.
      if (name === 'writeHead') return response;
      if (pretence.isEnded) return name === 'write' ? false : response;
      waiting.push({ name, args });
    }
    if (name === 'end') this.pretence!.isEnded = true;
    if (name !== 'write') return response;
    // As much is taken in as would be without us: what compresses below us tells by itself, to those it knows,
    // when more than that has gone through it, and of less it tells nobody.
    this.keptBytes += sizeOf(args);
    if (this.keptBytes < response.writableHighWaterMark) return true;
    this.owesDrain = true;
    return false;
  }

  private closed(): void {
    // Others hear of it as well, and may change the session then: who ends a stream of events, for one.
    process.nextTick(() => {
      const { statusCode } = this.response;
      if (this.isOver && this.sessions.mustSave(statusCode)) this.keeper.saveLate(this.sessions, statusCode);
    });
  }

  private call(name: Held, args: unknown[]): unknown {
    return this.below[name]!.apply(this.response, args);
  }

  private over(): void {
    this.isOver = true;
    this.whenOver?.();
  }

  private hold(status: number): void {
    this.pretence = pretendSent(this.response);
    this.sessions.end(status).then(
      (headers) => {
        this.stopPretending(status);
        try {
          this.letGo(headers);
        } catch (error) {
          this.fail(error);
        }
      },
      (error: unknown) => {
        this.stopPretending(status);
        this.fail(error);
      },
    );
  }

  /** Not a moment may lie between this and the answer: whoever looked would give another. */
  private stopPretending(status: number): void {
    this.pretence?.end();
    this.response.statusCode = status;
  }

  private letPass(name: Held, args: unknown[], headers: SessionHeaders): unknown {
    // A head that Node refuses was none: the answer that tells so passes here again.
    this.addHeaders(name, args, headers);
    this.over();
    return this.call(name, args);
  }

  private letGo(headers: SessionHeaders): void {
    const { response, waiting } = this;
    this.addHeaders(waiting[0]!.name, waiting[0]!.args, headers);
    this.over();
    const results = waiting.splice(0).map(({ name, args }) => this.call(name, args));
    if (this.owesDrain && results.every((result) => result !== false)) {
      process.nextTick(() => response.emit('drain'));
    }
  }

  private addHeaders(name: Held, args: unknown[], headers: SessionHeaders): void {
    const { response } = this;
    const isHandedOut = headers.setCookies.length > 0;
    if (!isHandedOut && !headers.vary) return;
    if (name !== 'writeHead') addSessionHeaders(response, headers);
    else writeSessionHeaders(response, args, headers);
    if (isHandedOut) this.keeper.handsOut(response.req, headers);
  }

  private fail(error: unknown): void {
    const { response } = this;
    this.over();
    const kept = this.waiting.splice(0);
    const [first] = kept;
    const { status, body } = this.keeper.answerFor(error);
    // Too late for another answer: the head has left, or half of it.
    if (response.headersSent) return void response.destroy();
    // What was said of this answer goes, what was said of every answer stays, wherever it was said.
    if (first?.name === 'writeHead') {
      try {
        adoptHeaders(response, takeHeaders(first.args));
      } catch {
        // One of them was the failure.
      }
    }
    dropContentHeaders(response);
    // HTTP/2 has no words beside the number, and complains about them.
    if (response.req.httpVersionMajor < 2) response.statusMessage = '';
    response.statusCode = status;
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    // A key that changed before the failure is the only one the store knows.
    addSessionHeaders(response, this.sessions.headers(status));
    this.call('end', [JSON.stringify(body)]);
    // Whoever still writes to this answer writes to nobody.
    for (const name of ['write', 'end'] as const) {
      const passOver = (...args: unknown[]) => {
        callBack(args);
        return name === 'write' ? true : response;
      };
      Object.defineProperty(response, name, { configurable: true, writable: true, value: passOver });
    }
    for (const { args } of kept) callBack(args);
  }
}

function sizeOf([chunk, encoding]: unknown[]): number {
  return typeof chunk === 'string'
    ? Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
    : ((chunk as Uint8Array | undefined)?.byteLength ?? 0);
}

function copyOf(headers: HeadersArgument): HeadersArgument {
  return Array.isArray(headers) ? [...headers] : { ...headers };
}

/** Tells whoever waits for his bytes to leave that nothing is waited for any more. */
function callBack(args: unknown[]): void {
  for (const arg of args) if (typeof arg === 'function') process.nextTick(arg as () => void);
}
