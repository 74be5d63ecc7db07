import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { ErrorModel } from './error.view.js';

/** Answers whatever goes wrong with a page that looks like the others. */
@Catch()
export class ErrorPageFilter implements ExceptionFilter {
  readonly #logger = new Logger('Demo');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const { path } = http.getRequest<Request>();
    const status = statusOf(error);
    if (status >= 500) this.#logger.error(error instanceof Error ? error.stack : String(error));
    const model: ErrorModel = {
      status,
      title: STATUS_CODES[status] ?? 'Error',
      message: messageOf(error, status),
      // `/cart/change` can only be posted to; `/cart` is where its form is.
      back: status === 400 ? `/${path.split('/')[1]}` : '/',
    };
    response.status(status).render('error', model);
  }
}

/** Nest's exceptions have a status, and so have the errors of Express's body parser. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function messageOf(error: unknown, status: number): string {
  if (status === 404) return 'There is nothing at this address.';
  if (error instanceof HttpException) return error.message;
  return status < 500 ? 'The server could not read this request.' : 'The server’s log says more.';
}
