/** What Node calls the options of a server that say of which classes its messages are. */
type Kind = 'IncomingMessage' | 'ServerResponse';

type MessageClass = new (first: unknown, second: unknown) => object;

/**
 * Has a server make its requests, or its responses, of a class of their own, under the one it has made them of, and
 * answers what they inherit from now. Null, and nothing is changed, where a server does not let itself be told,
 * as that of HTTP/2.
 *
 * As Node's options `IncomingMessage` and `ServerResponse` would, for a server that is there already.
 */
export function ownMessageClass(server: object | null | undefined, kind: Kind): object | null {
  const key = Object.getOwnPropertySymbols(server ?? {}).find(({ description }) => description === kind);
  const classes = server as Record<symbol, MessageClass> | undefined;
  if (!key || typeof classes?.[key] !== 'function') return null;
  class Message extends classes[key] {}
  classes[key] = Message;
  return Message.prototype;
}
