import { Body, Controller, Post } from '@nestjs/common';
import { RecentlyAuthenticated, Session, SessionsModule, SessionsService } from 'nestjs-django-sessions';

export const Sessions = SessionsModule.forRoot({
  secretKey: process.env.SECRET_KEY,
  engine: 'db',
  cookieAge: 30 * 60, // idle: half an hour after it was last used …
  touchEvery: 60, // … as far as that is written down, at most once a minute
  absoluteAge: 8 * 60 * 60, // and after eight hours in any case
});

export const ByTheBook = SessionsModule.forRoot({
  secretKey: process.env.SECRET_KEY,
  engine: 'db',
  preset: 'aal2',
});

@Controller()
export class BankController {
  constructor(private readonly sessions: SessionsService) {}

  @Post('login')
  async logIn(@Session() session: Session<{ user: string }>, @Body() { user }: { user: string }) {
    session.set('user', user);
    this.sessions.markAuthenticated(session);
    await session.cycleKey();
  }

  @Post('transfer')
  @RecentlyAuthenticated(5 * 60)
  transfer() {
    return { done: true };
  }
}
