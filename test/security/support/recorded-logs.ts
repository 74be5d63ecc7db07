import type { LoggerService } from '@nestjs/common';

/** Takes down everything an application logs, stack traces included. */
export class RecordedLogs implements LoggerService {
  readonly lines: string[] = [];

  log = (...parts: unknown[]) => this.#take('log', parts);
  warn = (...parts: unknown[]) => this.#take('warn', parts);
  error = (...parts: unknown[]) => this.#take('error', parts);
  fatal = (...parts: unknown[]) => this.#take('fatal', parts);
  debug = (...parts: unknown[]) => this.#take('debug', parts);
  verbose = (...parts: unknown[]) => this.#take('verbose', parts);

  /** The lines of warnings and worse. */
  get complaints(): string[] {
    return this.lines.filter((line) => /^(?:warn|error|fatal) /.test(line));
  }

  get text(): string {
    return this.lines.join('\n');
  }

  #take(level: string, parts: unknown[]): void {
    this.lines.push(`${level} ${parts.map((part) => (part instanceof Error ? part.stack : String(part))).join(' ')}`);
  }
}
