import type { IncomingMessage } from 'node:http';
import { SocketMessage } from './socket-message.js';
import { sessionOfUpgrade } from './socket-servers.js';
import { findSocketSession, type SocketSession } from './socket-session.js';
import { findSessions, type PlatformRequest } from './session-binding.js';

/** What graphql-ws knows of a socket. */
interface SocketExtra {
  socket: object;
  request: IncomingMessage;
}

/** What GraphQL servers put into the context of a resolver: Apollo's `req`, others' `request`, Mercurius' `reply`. */
export interface GraphqlContext {
  /** Over a socket Nest hands on the whole of graphql-ws' context here, unless the application has put the handshake. */
  req?: PlatformRequest & { extra?: SocketExtra };
  request?: PlatformRequest;
  reply?: { request: PlatformRequest };
  extra?: SocketExtra;
}

const operations = new WeakMap<object, SocketMessage>();

/** The sessions of a GraphQL operation that came over a socket; undefined for one that came by HTTP. */
export function socketOperationOf(context: GraphqlContext): SocketMessage | undefined {
  const known = operations.get(context);
  if (known) return known;
  const { socket, request } = context.req?.extra ?? context.extra ?? { request: handshakeIn(context) };
  if (!request) return undefined;
  const operation = new SocketMessage((name) => sessionOf(socket, request, name));
  operations.set(context, operation);
  return operation;
}

/** Every HTTP request has passed our middleware; one that became a socket has not. */
function handshakeIn({ req }: GraphqlContext): IncomingMessage | undefined {
  return req && !findSessions(req) && 'headers' in req ? (req as IncomingMessage) : undefined;
}

function sessionOf(socket: object | undefined, request: IncomingMessage, name: string | null): SocketSession {
  const found = (socket && findSocketSession(socket, name)) ?? sessionOfUpgrade(request, name);
  if (found) return found;
  throw new TypeError(
    `This GraphQL operation has no session${name === null ? '' : ` named "${name}"`}: ` +
      'it came over a socket to a server that is not that of an application with SessionsModule.',
  );
}
