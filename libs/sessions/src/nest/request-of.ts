import type { ArgumentsHost } from '@nestjs/common';
import type { PlatformRequest } from './request-sessions.js';

/** The HTTP request behind a request, or behind an execution context of any kind. */
export function requestOf(source: PlatformRequest | ArgumentsHost): PlatformRequest {
  if (!isArgumentsHost(source)) return source;
  if (source.getType<string>() === 'graphql') {
    const { req, request } = source.getArgByIndex<{ req?: PlatformRequest; request?: PlatformRequest }>(2);
    return (req ?? request)!;
  }
  return source.switchToHttp().getRequest<PlatformRequest>();
}

function isArgumentsHost(source: object): source is ArgumentsHost {
  return typeof (source as Partial<ArgumentsHost>).switchToHttp === 'function';
}
