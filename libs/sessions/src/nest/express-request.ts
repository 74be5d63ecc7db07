import { SESSION_ID_OF_REQUEST, SESSION_OF_REQUEST } from './session-binding.js';

/** What is used of an Express application: what all of its requests, and its responses, inherit from. */
interface ExpressLike {
  request: object;
  response: object;
}

/**
 * Gives Express's requests `session`, once for all of them. Answers null where this is not Express. A request to which
 * somebody has given another `session` keeps it.
 */
export function exposeOnExpress(platform: object | undefined): ExpressLike | null {
  if (!isExpress(platform)) return null;
  Object.defineProperty(platform.request, 'session', SESSION_OF_REQUEST);
  Object.defineProperty(platform.request, 'sessionID', SESSION_ID_OF_REQUEST);
  return platform;
}

function isExpress(platform: object | undefined): platform is ExpressLike {
  const { request, response } = (platform ?? {}) as Partial<ExpressLike>;
  return typeof platform === 'function' && typeof request === 'object' && typeof response === 'object';
}
