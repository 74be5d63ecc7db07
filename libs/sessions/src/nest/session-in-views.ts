import type { IncomingMessage } from 'node:http';
import type { Data } from '../core/serializer.js';
import type { Session } from '../core/session.js';
import { throwHttpError } from './http-errors.js';
import { findRequestSession } from './session-binding.js';

/** A response as views are rendered from it: Express's has its request in `req`, Fastify's in `request`. */
interface ViewResponse {
  req?: IncomingMessage;
  request?: object;
  locals?: object | null;
}

/** What is used of a platform's adapter. */
interface ViewAdapter {
  render(response: ViewResponse, view: string, options: unknown): unknown;
}

const sharing = new WeakSet<object>();

/**
 * Makes `session` a local of every view that the platform renders for a handler with @Render(): the data, to
 * be read. It is loaded first, as templates cannot wait; whether it was used is known when the view has
 * looked into it.
 */
export function shareWithViews(adapter: ViewAdapter): void {
  if (sharing.has(adapter)) return;
  sharing.add(adapter);
  const render = adapter.render.bind(adapter);
  // Nest awaits it, and what it throws goes to the application's filters.
  adapter.render = async (response, view, options) => {
    const requestSession = findRequestSession(response.req ?? response.request ?? {});
    if (requestSession?.settings.sessionInViews) {
      const { session } = requestSession;
      await session.prefetch().catch(throwHttpError);
      response.locals = Object.assign(response.locals ?? {}, { session: sessionView(session) });
    }
    return render(response, view, options);
  };
}

/** The data of a session as a template sees them: members of their own, read only, untouched until one is read. */
function sessionView(session: Session): object {
  const data = () => session.data as Data;
  return new Proxy(Object.create(null) as object, {
    get: (_, key) => (typeof key === 'string' ? data()[key] : undefined),
    has: (_, key) => key in data(),
    ownKeys: () => Object.keys(data()),
    getOwnPropertyDescriptor: (_, key) =>
      key in data()
        ? { value: data()[key as string], configurable: true, enumerable: true, writable: false }
        : undefined,
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
  });
}

function refuse(): never {
  throw new TypeError('A view reads the session; change it in the handler.');
}
