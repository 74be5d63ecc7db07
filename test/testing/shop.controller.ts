import { All, Body, Controller, Get, Headers, Post, Query, Req, Res } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import type { Reply } from '../platforms/platform.js';

/** What the visitors of these tests come to. */
@Controller()
export class ShopController {
  @Get('data')
  data(@Session() session: Session) {
    return { ...session.data };
  }

  @Post('visit')
  visit(@Session() session: Session) {
    session.set('visits', session.get('visits', 0) + 1);
    return { visits: session.data.visits };
  }

  @Post('login')
  async logIn(@Session() session: Session, @Body() { user }: { user: string }) {
    session.set('user', user);
    await session.cycleKey();
  }

  @Post('logout')
  async logOut(@Session() session: Session) {
    await session.flush();
  }

  /** Tells what was asked. */
  @All(['echo', 'echo/deep'])
  echo(@Req() request: { method: string; url: string }, @Headers() headers: object, @Body() body: unknown) {
    return { method: request.method, url: request.url, headers, body: body ?? null };
  }

  /** Answers with these cookies. */
  @Get('shelf/cookies')
  cookies(@Query('set') texts: string | string[], @Res({ passthrough: true }) reply: Reply) {
    reply.header('set-cookie', texts as string);
  }

  /** Redirects with this status, and leaves a cookie. */
  @All('redirect')
  redirect(@Query() { status, to }: { status: string; to: string }, @Res() reply: Reply) {
    reply.status(Number(status)).header('location', to).header('set-cookie', 'passed=redirect; Path=/').send();
  }

  /** Redirects to itself, and counts. */
  @Get('around')
  around(@Headers('cookie') cookie: string | undefined, @Res() reply: Reply) {
    const rounds = Number(cookie?.match(/rounds=(\d+)/)?.[1] ?? 0) + 1;
    reply.status(302).header('location', '/around').header('set-cookie', `rounds=${rounds}; Path=/`).send();
  }
}
