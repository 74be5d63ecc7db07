import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SessionHeaders } from './request-session.js';
import type { RequestSessions } from './request-sessions.js';
import { addSessionHeaders, adoptHeaders, dropContentHeaders, type HeadersArgument } from './response-headers.js';

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

/** `flush` is no method of Node's: what compresses below us may have it, and it says that what was written shall leave now. */
const HELD = ['writeHead', 'flushHeaders', 'write', 'end', 'flush'] as const;
type Held = (typeof HELD)[number];
type Method = (...args: any[]) => any;

/** What is refused once a head is decided, as Node refuses it once the head has left. */
const CLOSED = ['setHeader', 'setHeaders', 'appendHeader', 'removeHeader'] as const;

/**
 * Stands between the application and the wire: at the first sign of an answer the session is saved,
 * and only then does the first byte leave. Calls made meanwhile are kept and made later, in order.
 * Where there is nothing to save, nothing waits.
 */
export function holdResponse(response: ServerResponse, sessions: RequestSessions, keeper: GateKeeper): void {
  // Others may have put their own methods in place before us, and may put theirs over ours later:
  // held calls are made on what was found, and what was put over ours stays.
  const methods = response as unknown as Record<Held, Method>;
  const below = {} as Record<Held, Method>;
  const ours = {} as Record<Held, Method>;
  const waiting: { name: Held; args: unknown[] }[] = [];
  let pretence: Pretence | null = null;
  // Who asks for the session only now can have it saved, but not told.
  let isOver = response.headersSent;
  let owesDrain = false;
  let keptBytes = 0;

  const call = (name: Held, args: unknown[]): unknown => below[name].apply(response, args);

  const putBack = () => {
    isOver = true;
    // By assignment: a response that members are deleted from is a slow one from then on.
    for (const name of HELD) if (name in ours && methods[name] === ours[name]) methods[name] = below[name];
  };

  const letGo = (headers: SessionHeaders) => {
    const [first] = waiting;
    if (first?.name === 'writeHead' && (headers.setCookies.length > 0 || headers.vary)) {
      adoptHeaders(response, takeHeaders(first.args));
    }
    addSessionHeaders(response, headers);
    if (headers.setCookies.length > 0) keeper.handsOut(response.req, headers);
    putBack();
    const results = waiting.splice(0).map(({ name, args }) => call(name, args));
    if (owesDrain && results.every((result) => result !== false)) process.nextTick(() => response.emit('drain'));
    return results[0];
  };

  const fail = (error: unknown) => {
    putBack();
    const kept = waiting.splice(0);
    const [first] = kept;
    const { status, body } = keeper.answerFor(error);
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
    addSessionHeaders(response, sessions.headers(status));
    call('end', [JSON.stringify(body)]);
    // Whoever still writes to this answer writes to nobody.
    for (const name of ['write', 'end'] as const) {
      const passOver = (...args: unknown[]) => {
        callBack(args);
        return name === 'write' ? true : response;
      };
      Object.defineProperty(response, name, { configurable: true, writable: true, value: passOver });
    }
    for (const { args } of kept) callBack(args);
  };

  const hold = (status: number) => {
    pretence = pretendSent(response);
    // Not a moment may lie between the end of the pretence and the answer: whoever looked would give another.
    const stop = () => {
      pretence?.end();
      response.statusCode = status;
    };
    const release = (headers: SessionHeaders) => {
      stop();
      try {
        letGo(headers);
      } catch (error) {
        fail(error);
      }
    };
    sessions.end(status).then(release, (error: unknown) => {
      stop();
      fail(error);
    });
  };

  const meet = (name: Held, args: unknown[]): unknown => {
    if (isOver) return call(name, args);
    // Nothing was written yet.
    if (name === 'flush' && !pretence) return call(name, args);
    // The head of an answer under way has been decided already, and nothing comes after its end.
    if (name === 'writeHead' && waiting.length > 0) return response;
    if (pretence?.isEnded) return name === 'write' ? false : response;
    waiting.push({ name, args });
    if (!pretence) {
      const status = name === 'writeHead' ? Number(args[0]) : response.statusCode;
      const headers = sessions.headersNow(status);
      if (headers) {
        try {
          return letGo(headers);
        } finally {
          // A head that Node refuses was none: the answer that tells so passes here again.
          waiting.length = 0;
        }
      }
      // Fastify goes on using the object it hands out.
      if (name === 'writeHead') args.push(copyOf(takeHeaders(args)));
      hold(status);
    }
    if (name === 'end') pretence!.isEnded = true;
    if (name !== 'write') return response;
    // As much is taken in as would be without us: what compresses below us tells by itself, to those it knows,
    // when more than that has gone through it, and of less it tells nobody.
    keptBytes += sizeOf(args);
    if (keptBytes < response.writableHighWaterMark) return true;
    owesDrain = true;
    return false;
  };

  response.once('close', () => {
    // Others hear of it as well, and may change the session then: who ends a stream of events, for one.
    process.nextTick(() => {
      if (isOver) keeper.saveLate(sessions, response.statusCode);
    });
  });
  if (isOver) return;

  for (const name of HELD) {
    if (!(name in response)) continue;
    below[name] = methods[name];
    methods[name] = ours[name] = (...args: unknown[]) => meet(name, args);
  }
}

function sizeOf([chunk, encoding]: unknown[]): number {
  return typeof chunk === 'string'
    ? Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
    : ((chunk as Uint8Array | undefined)?.byteLength ?? 0);
}

/** Takes the headers out of the arguments of `writeHead`. */
function takeHeaders(args: unknown[]): HeadersArgument {
  const [, reason, headers] = args;
  const hasReason = typeof reason === 'string';
  args.length = Math.min(args.length, hasReason ? 2 : 1);
  return (headers ?? (hasReason ? undefined : reason)) as HeadersArgument;
}

function copyOf(headers: HeadersArgument): HeadersArgument {
  return Array.isArray(headers) ? [...headers] : { ...headers };
}

/** Tells whoever waits for his bytes to leave that nothing is waited for any more. */
function callBack(args: unknown[]): void {
  for (const arg of args) if (typeof arg === 'function') process.nextTick(arg as () => void);
}

interface Pretence {
  isEnded: boolean;
  end(): void;
}

/**
 * Lets a response that waits look like one that has left, to whoever asks it and whoever still wants to
 * change its headers: a second answer is then refused as it would be without us.
 */
function pretendSent(response: ServerResponse): Pretence {
  const own = CLOSED.map((name) => [name, Object.getOwnPropertyDescriptor(response, name)] as const);
  const pretence: Pretence = {
    isEnded: false,
    end() {
      delete (response as { headersSent?: boolean }).headersSent;
      delete (response as { writableEnded?: boolean }).writableEnded;
      for (const [name, descriptor] of own) {
        if (descriptor) Object.defineProperty(response, name, descriptor);
        else delete (response as Partial<ServerResponse>)[name];
      }
    },
  };
  Object.defineProperty(response, 'headersSent', { configurable: true, get: () => true });
  Object.defineProperty(response, 'writableEnded', { configurable: true, get: () => pretence.isEnded });
  for (const name of CLOSED) {
    Object.defineProperty(response, name, { configurable: true, writable: true, value: refuse });
  }
  return pretence;
}

function refuse(): never {
  const error = new Error('Cannot set headers after they are sent to the client');
  throw Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' });
}
