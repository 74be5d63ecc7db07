import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { jsonSerializer, Session, SessionsService } from 'nestjs-django-sessions';
import type { Expiry } from '../visitor.js';

type Anything = Record<string, unknown>;

/** What a visitor can do with a session: the routes of Django's views.py. */
@Controller()
export class SessionController {
  constructor(private readonly sessions: SessionsService) {}

  @Get('session')
  see(@Session() session: Session<Anything>) {
    const text = jsonSerializer.dumps(session.data);
    return { key: session.sessionKey, text };
  }

  @Post('session/update')
  @HttpCode(204)
  update(@Session() session: Session<Anything>, @Body() data: Anything) {
    session.update(data);
  }

  @Post('session/delete')
  @HttpCode(204)
  remove(@Session() session: Session<Anything>, @Body() names: string[]) {
    for (const name of names) session.delete(name);
  }

  @Get('session/expiry')
  expiry(@Session() session: Session<Anything>) {
    return { age: session.getExpiryAge(), atBrowserClose: session.getExpireAtBrowserClose() };
  }

  @Post('session/expiry')
  @HttpCode(204)
  setExpiry(@Session() session: Session<Anything>, @Body('expiry') expiry: Expiry) {
    session.setExpiry(expiry);
  }

  @Post('session/cycle')
  @HttpCode(204)
  async cycle(@Session() session: Session<Anything>) {
    await session.cycleKey();
  }

  @Post('session/flush')
  @HttpCode(204)
  async flush(@Session() session: Session<Anything>) {
    await session.flush();
  }

  @Get('session/test-cookie')
  testCookie(@Session() session: Session<Anything>) {
    return { worked: session.testCookieWorked() };
  }

  @Post('session/test-cookie')
  @HttpCode(204)
  setTestCookie(@Session() session: Session<Anything>) {
    session.setTestCookie();
  }

  @Get('stored/:key')
  async stored(@Param('key') key: string) {
    const session = await this.sessions.open();
    return { stored: await session.exists(key) };
  }

  @Post('clear-expired')
  @HttpCode(204)
  async clearExpired() {
    await this.sessions.clearExpired();
  }
}
