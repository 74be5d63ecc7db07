import type { ArgumentsHost } from '@nestjs/common';
import type { RequestSession } from '../http/request-session.js';
import { type PlatformRequest, requestSessionOf } from './session-binding.js';
import { messageOf } from './socket-handling.js';
import { type GraphqlContext, socketOperationOf } from './socket-operation.js';

/**
 * The session that a module, the one of this name or the one without, has for a request, or for an
 * execution context of any kind: an HTTP request, a GraphQL operation, a message over a socket.
 */
export function sessionBehind(source: PlatformRequest | ArgumentsHost, name: string | null): RequestSession {
  if (!isArgumentsHost(source)) return requestSessionOf(source, name);
  switch (source.getType<string>()) {
    case 'ws':
      return messageOf(source).get(name);
    case 'graphql':
      return sessionOfOperation(source.getArgByIndex<GraphqlContext>(2), name);
    default:
      return requestSessionOf(source.switchToHttp().getRequest<PlatformRequest>(), name);
  }
}

function sessionOfOperation(context: GraphqlContext, name: string | null): RequestSession {
  const operation = socketOperationOf(context);
  if (operation) return operation.get(name);
  const { req, request, reply } = context;
  return requestSessionOf((req ?? request ?? reply?.request)!, name);
}

function isArgumentsHost(source: object): source is ArgumentsHost {
  return typeof (source as Partial<ArgumentsHost>).switchToHttp === 'function';
}
