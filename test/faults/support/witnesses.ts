import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, type LoggerService } from '@nestjs/common';
import type { Request, Response } from 'express';

/** The application's own filter: shapes every exception, and remembers them. */
@Catch()
export class WitnessFilter implements ExceptionFilter {
  /** As in `POST /write SessionStoreUnavailableException`. */
  readonly seen: string[] = [];

  catch(exception: Error, host: ArgumentsHost): void {
    const { method, path } = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    this.seen.push(`${method} ${path} ${exception.name}`);
    const statusCode = exception instanceof HttpException ? exception.getStatus() : 500;
    response.status(statusCode).json({ statusCode, message: exception.message, shapedBy: 'the application' });
  }
}

/** Whatever an application prints, by Nest's logger or past it. */
export class WitnessLogger implements LoggerService {
  readonly lines: string[] = [];
  readonly #console = { ...console };

  /** Takes the console's place, too: ioredis, for one, prints what nobody listens to. */
  begin(): void {
    for (const name of ['log', 'info', 'warn', 'error'] as const) console[name] = (...words) => this.#take(...words);
  }

  /** Puts the console back. */
  end(): void {
    Object.assign(console, this.#console);
  }

  readonly log = () => {};
  readonly debug = () => {};
  readonly verbose = () => {};
  readonly warn = (...words: unknown[]) => this.#take(...words);
  readonly error = (...words: unknown[]) => this.#take(...words);
  readonly fatal = (...words: unknown[]) => this.#take(...words);

  #take(...words: unknown[]): void {
    this.lines.push(
      words.map((word) => (word instanceof Error ? `${word.message} ${word.stack}` : String(word))).join(' '),
    );
  }
}
