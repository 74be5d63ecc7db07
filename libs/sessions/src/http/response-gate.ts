import type { ServerResponse } from 'node:http';
import type { RequestSession, SessionHeaders } from './request-session.js';
import { addSessionHeaders, adoptHeaders } from './response-headers.js';

/** What the gate asks of whoever put it up. */
export interface GateKeeper {
  /** The answer that takes the place of one whose session could not be saved. */
  answerFor(error: unknown): FailedAnswer;
  /** Saves what was changed after the headers had left; the answer is over. */
  saveLate(requestSession: RequestSession, status: number): void;
}

/** What is answered in place of a response whose session could not be saved. */
export interface FailedAnswer {
  status: number;
  body: unknown;
}

const HELD = ['writeHead', 'flushHeaders', 'write', 'end'] as const;
type Held = (typeof HELD)[number];
type Method = (...args: any[]) => any;

/**
 * Stands between the application and the wire: at the first sign of an answer the session is saved,
 * and only then does the first byte leave. Calls made meanwhile are kept and made later, in order.
 * Where there is nothing to save, nothing waits.
 */
export function holdResponse(response: ServerResponse, requestSession: RequestSession, keeper: GateKeeper): void {
  // Others may have put their own methods in place before us, and may put theirs over ours later:
  // held calls are made on what was found, and what was put over ours stays.
  const found = HELD.map((name) => [name, Object.getOwnPropertyDescriptor(response, name)] as const);
  const below = Object.fromEntries(HELD.map((name) => [name, response[name]])) as Record<Held, Method>;
  const ours = {} as Record<Held, Method>;
  const waiting: { name: Held; args: unknown[] }[] = [];
  let isWaiting = false;
  let isOver = false;
  let owesDrain = false;

  const call = (name: Held, args: unknown[]): unknown => below[name].apply(response, args);

  const putBack = () => {
    isOver = true;
    delete (response as { headersSent?: boolean }).headersSent;
    for (const [name, own] of found) {
      if (response[name] !== ours[name]) continue;
      if (own) Object.defineProperty(response, name, own);
      else delete (response as Partial<ServerResponse>)[name];
    }
  };

  const letGo = (headers: SessionHeaders) => {
    putBack();
    const [first] = waiting;
    if (first?.name === 'writeHead' && (headers.setCookies.length > 0 || headers.vary)) {
      adoptHeaders(response, first.args.splice(typeof first.args[1] === 'string' ? 2 : 1)[0] as undefined);
    }
    addSessionHeaders(response, headers);
    const results = waiting.splice(0).map(({ name, args }) => call(name, args));
    if (owesDrain && results.every((result) => result !== false)) process.nextTick(() => response.emit('drain'));
    return results[0];
  };

  const fail = (error: unknown) => {
    putBack();
    const ended = waiting.find(({ name }) => name === 'end');
    waiting.length = 0;
    const { status, body } = keeper.answerFor(error);
    for (const name of response.getHeaderNames()) {
      if (/^(?:content-|etag$|last-modified$|location$|transfer-encoding$|accept-ranges$)/.test(name))
        response.removeHeader(name);
    }
    response.statusMessage = '';
    response.statusCode = status;
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    call('end', [JSON.stringify(body), ...(ended?.args.filter((arg) => typeof arg === 'function') ?? [])]);
    // Whoever still writes to this answer writes to nobody.
    below.write = () => true;
    below.end = () => response;
    response.write = below.write as typeof response.write;
    response.end = below.end as typeof response.end;
  };

  const meet = (name: Held, args: unknown[]): unknown => {
    if (isOver) return call(name, args);
    // The head of an answer under way has been decided already.
    if (name === 'writeHead' && waiting.length > 0) return response;
    waiting.push({ name, args });
    if (!isWaiting) {
      const status = name === 'writeHead' ? Number(args[0]) : response.statusCode;
      if (!requestSession.mustSave(status)) return letGo(requestSession.headers(status));
      isWaiting = true;
      Object.defineProperty(response, 'headersSent', { configurable: true, get: () => true });
      requestSession.end(status).then(letGo, fail);
    }
    if (name !== 'write') return response;
    owesDrain = true;
    return false;
  };

  requestSession.onFirstUse = () =>
    response.once('close', () => {
      if (isOver) keeper.saveLate(requestSession, response.statusCode);
    });

  for (const name of HELD) {
    ours[name] = (...args: unknown[]) => meet(name, args);
    Object.defineProperty(response, name, { configurable: true, writable: true, value: ours[name] });
  }
}
