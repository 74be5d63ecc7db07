import type { ServerResponse } from 'node:http';
import { answerFor, toHttpError } from './http-errors.js';
import { findSessions, type PlatformRequest } from './session-binding.js';

/** A response as a platform hands it out: Express's has its request in `req`, Fastify's in `request`. */
interface PlatformResponse {
  req?: PlatformRequest;
  request?: PlatformRequest;
  raw?: ServerResponse;
  statusCode: number;
}

type Reply = (response: PlatformResponse, body: unknown, status?: number) => unknown;

/** What is used of a platform's adapter. */
interface ReplyAdapter {
  reply: Reply;
}

const saving = new WeakSet<object>();

/**
 * Saves a session before the platform is given what a handler has answered. Nest waits for that, and gives what it
 * throws to the application's own filters: so a save that fails is an ordinary exception, without an interceptor,
 * whose machinery would cost more than the session does.
 */
export function saveBeforeReply(adapter: object): void {
  if (saving.has(adapter)) return;
  saving.add(adapter);
  const platform = adapter as ReplyAdapter;
  const reply = platform.reply.bind(platform);
  platform.reply = (response, body, status) => {
    const sessions = findSessions(response.req ?? response.request ?? {});
    // An answer that names its status is one of a filter, and of 400 and above it may be: nobody would catch what
    // is thrown at it.
    const isOfHandler = status === undefined && response.statusCode < 400;
    if (!sessions || !isOfHandler || isUnderWay(response) || !sessions.mustSave(response.statusCode)) {
      return reply(response, body, status);
    }
    ignoreErrors(body);
    let isAwaited = false;
    const answered = sessions
      .end(response.statusCode)
      .then(() => reply(response, body))
      .catch((error: unknown) => {
        if (isAwaited) throw toHttpError(error);
        const failed = answerFor(error);
        return reply(response, failed.body, failed.status);
      });
    // Who does not wait for it is not Nest, and would not hear of a failure.
    return {
      // oxlint-disable-next-line unicorn/no-thenable -- whether somebody waits is what is asked
      then: (...[resolve, reject]: Parameters<typeof answered.then>) => {
        isAwaited = true;
        return answered.then(resolve, reject);
      },
    };
  };
}

function isUnderWay(response: PlatformResponse): boolean {
  return (response.raw ?? (response as ServerResponse)).headersSent;
}

/** A stream that fails while the session is saved tells so again when it is sent; until then nobody listens. */
function ignoreErrors(body: unknown): void {
  const { getStream } = (body ?? {}) as { getStream?: () => NodeJS.EventEmitter };
  if (typeof getStream === 'function') getStream.call(body).once('error', () => {});
}
