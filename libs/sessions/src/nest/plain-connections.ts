import type { IncomingMessage } from 'node:http';
import { Logger } from '@nestjs/common';
import type { SessionHeaders } from '../http/request-session.js';

const logger = new Logger('Sessions');

/** Hosts that browsers trust without encryption. */
const LOCAL = /^(?:(?:[^:]*\.)?localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/;

/** Says once when Secure cookies go where browsers do not keep them, which looks like sessions that are lost. */
export function warnOfPlainConnections(): (request: IncomingMessage, headers: SessionHeaders) => void {
  let isSaid = false;
  return (request, { setCookies }) => {
    if (isSaid || !setCookies.some((text) => text.endsWith('; Secure')) || isEncrypted(request)) return;
    isSaid = true;
    logger.warn(
      'A Secure cookie was sent over plain HTTP, where browsers drop it: no visitor will keep a session. Serve HTTPS, or, ' +
        'behind a proxy that does, have it send X-Forwarded-Proto (and set "trust proxy", for request.secure and request.ip).',
    );
  };
}

function isEncrypted({ headers, socket }: IncomingMessage): boolean {
  const { host = '', forwarded = '', 'x-forwarded-proto': proto = '' } = headers;
  return (
    'encrypted' in socket || /^https\b/i.test(String(proto)) || /\bproto="?https/i.test(forwarded) || LOCAL.test(host)
  );
}
