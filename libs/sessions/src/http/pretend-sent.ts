import type { ServerResponse } from 'node:http';

/** What is refused once a head is decided, as Node refuses it once the head has left. */
const CLOSED = ['setHeader', 'setHeaders', 'appendHeader', 'removeHeader'] as const;

export interface Pretence {
  isEnded: boolean;
  end(): void;
}

/**
 * Lets a response that waits look like one that has left, to whoever asks it and whoever still wants to
 * change its headers: a second answer is then refused as it would be without us.
 */
export function pretendSent(response: ServerResponse): Pretence {
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
