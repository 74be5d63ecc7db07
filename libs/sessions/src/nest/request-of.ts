import type { ArgumentsHost } from '@nestjs/common';
import type { PlatformRequest } from './request-sessions.js';

/** What GraphQL servers put into the context of a resolver: Apollo's `req`, others' `request`, Mercurius' `reply`. */
interface GraphqlContext {
  req?: PlatformRequest;
  request?: PlatformRequest;
  reply?: { request: PlatformRequest };
}

/** The HTTP request behind a request, or behind an execution context of any kind. */
export function requestOf(source: PlatformRequest | ArgumentsHost): PlatformRequest {
  if (!isArgumentsHost(source)) return source;
  if (source.getType<string>() === 'graphql') {
    const { req, request, reply } = source.getArgByIndex<GraphqlContext>(2);
    return (req ?? request ?? reply?.request)!;
  }
  return source.switchToHttp().getRequest<PlatformRequest>();
}

function isArgumentsHost(source: object): source is ArgumentsHost {
  return typeof (source as Partial<ArgumentsHost>).switchToHttp === 'function';
}
