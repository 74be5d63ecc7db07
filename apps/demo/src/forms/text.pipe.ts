import { BadRequestException, type PipeTransform } from '@nestjs/common';

/** A line of text from a form: spaces around it go, and it must be neither empty nor too long. */
export class TextPipe implements PipeTransform<unknown, string> {
  constructor(
    private readonly what: string,
    private readonly maxLength: number,
  ) {}

  transform(value: unknown): string {
    if (typeof value !== 'string') throw new BadRequestException(`${this.what} is missing.`);
    const text = value.replace(/[\s\p{Cc}]+/gu, ' ').trim();
    if (text === '') throw new BadRequestException(`${this.what} is missing.`);
    if (text.length <= this.maxLength) return text;
    throw new BadRequestException(`${this.what} may have at most ${this.maxLength} characters.`);
  }
}
