import { Controller, Get, Render } from '@nestjs/common';

/** Takes no `@Session()`: no statement runs, no cookie and no `Vary` is sent. */
@Controller('about')
export class AboutController {
  @Get()
  @Render('about')
  show(): object {
    return {};
  }
}
