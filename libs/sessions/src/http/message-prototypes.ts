import { IncomingMessage, ServerResponse } from 'node:http';

/** What Node calls the options of a server that say what it makes its messages of. */
const KINDS = { IncomingMessage, ServerResponse };

/**
 * Has a server make its requests, or its responses, with this prototype, which has to inherit from Node's own.
 * False, and nothing is changed, where a server makes them of something else, or does not let itself be told, as that of HTTP/2.
 *
 * As Node's options `IncomingMessage` and `ServerResponse` would, for a server that is there already.
 */
export function makeMessagesWith(
  prototype: object,
  kind: keyof typeof KINDS,
  server: object | null | undefined,
): boolean {
  const key = Object.getOwnPropertySymbols(server ?? {}).find(({ description }) => description === kind);
  const made = server as Record<symbol, unknown> | undefined;
  const Present = KINDS[kind] as unknown as (this: object, ...args: unknown[]) => void;
  if (!key || made?.[key] !== Present || /^class\b/.test(Function.prototype.toString.call(Present))) return false;
  // Not a class, nor Reflect.construct: the engine makes such objects, and all that is done with them, several times slower.
  function Message(this: object, first: unknown, second: unknown): void {
    Present.call(this, first, second);
  }
  Message.prototype = prototype;
  made[key] = Message;
  return true;
}
