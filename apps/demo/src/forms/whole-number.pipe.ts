import { BadRequestException, type PipeTransform } from '@nestjs/common';

/** A whole number from a form, within bounds. */
export class WholeNumberPipe implements PipeTransform<unknown, number> {
  constructor(
    private readonly what: string,
    private readonly min: number,
    private readonly max: number,
  ) {}

  transform(value: unknown): number {
    const number = typeof value === 'string' && /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : NaN;
    if (number >= this.min && number <= this.max) return number;
    throw new BadRequestException(`${this.what} must be a whole number from ${this.min} to ${this.max}.`);
  }
}
