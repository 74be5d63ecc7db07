import {
  BadRequestException,
  ConflictException,
  HttpException,
  Logger,
  ServiceUnavailableException,
} from '@nestjs/common';
import { SessionConflictError, SessionStoreError, SessionUpdateError, STANDS_FOR } from '../core/errors.js';

/** 400: the session was deleted before the request that changed it was over. Django: `SessionInterrupted`. */
export class SessionInterruptedError extends BadRequestException {
  readonly code = 'SESSION_UPDATE';

  /** `instanceof SessionUpdateError` holds. */
  get [STANDS_FOR](): unknown {
    return this.cause;
  }

  constructor(cause?: unknown) {
    super(
      "The request's session was deleted before the request completed. The user may have logged out in a concurrent request, for example.",
      { cause },
    );
    this.name = 'SessionInterruptedError';
  }
}

/** 409: another request changed the session in a way that cannot be put together with this one's. */
export class SessionConflictException extends ConflictException {
  readonly code = 'SESSION_CONFLICT';

  /** `instanceof SessionConflictError` holds. */
  get [STANDS_FOR](): unknown {
    return this.cause;
  }

  constructor(cause?: unknown) {
    super('The session was changed by another request at the same time.', { cause });
    this.name = 'SessionConflictException';
  }
}

/** 503: the session store failed. Nobody is taken for anonymous because of it. */
export class SessionStoreUnavailableException extends ServiceUnavailableException {
  readonly code = 'SESSION_STORE';

  /** `instanceof SessionStoreError` holds. */
  get [STANDS_FOR](): unknown {
    return this.cause;
  }

  constructor(cause?: unknown) {
    super('The session store is unavailable.', { cause });
    this.name = 'SessionStoreUnavailableException';
  }
}

const logger = new Logger('Sessions');

/** The HTTP face of an error of a session; other errors stay what they are. */
export function toHttpError(error: unknown): unknown {
  if (error instanceof HttpException) return error;
  if (error instanceof SessionUpdateError) return new SessionInterruptedError(error);
  if (error instanceof SessionConflictError) return new SessionConflictException(error);
  if (error instanceof SessionStoreError) {
    const { cause } = error;
    logger.error(
      `${error.message} ${cause instanceof Error ? cause.message : ''}`.trim(),
      cause instanceof Error ? cause.stack : undefined,
    );
    return new SessionStoreUnavailableException(error);
  }
  return error;
}

/** Throws the HTTP face of an error of a session. */
export function throwHttpError(error: unknown): never {
  throw toHttpError(error);
}

/** Status and body of the answer that takes the place of one whose session could not be saved. */
export function answerFor(error: unknown): { status: number; body: unknown } {
  const thrown = toHttpError(error);
  if (thrown instanceof HttpException) {
    const response = thrown.getResponse();
    const status = thrown.getStatus();
    return { status, body: typeof response === 'string' ? { statusCode: status, message: response } : response };
  }
  logger.error('The session could not be saved', thrown instanceof Error ? thrown.stack : String(thrown));
  return { status: 500, body: { statusCode: 500, message: 'Internal server error' } };
}
