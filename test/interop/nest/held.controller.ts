import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { Hold } from './hold.js';

/** A request that is open while something else happens to its session. */
@Controller('held')
export class HeldController {
  readonly #hold = new Hold();

  @Post('update')
  @HttpCode(204)
  async update(@Session() session: Session<Record<string, unknown>>, @Body() data: Record<string, unknown>) {
    session.get('anything');
    await this.#hold.waitInside();
    session.update(data);
  }

  @Get('entered')
  @HttpCode(204)
  async entered() {
    await this.#hold.waitUntilEntered();
  }

  @Post('release')
  @HttpCode(204)
  release() {
    this.#hold.release();
  }
}
