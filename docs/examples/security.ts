import { Body, Controller, Header, Post, UseGuards } from '@nestjs/common';
import { RecentlyAuthenticated, Session, SessionsModule, SessionsService } from 'nestjs-django-sessions';
import { CsrfGuard } from './security-csrf.guard.js';

export const Sessions = SessionsModule.forRoot({
  secretKey: process.env.SECRET_KEY,
  engine: 'db',
  preset: 'owasp-high', // 5 minutes idle, 4 hours in all, Secure, gone with the browser
  cookieName: '__Host-id', // says nothing of what made it, and is for this host alone
  cookieSameSite: 'Strict',
  userSessions: { limit: 3 }, // which sessions are whose; at most three
});

interface Account {
  _auth_user_id: string;
}

@Controller('account')
@UseGuards(CsrfGuard)
export class AccountController {
  constructor(private readonly sessions: SessionsService) {}

  @Post('login')
  async logIn(@Session() session: Session<Account>, @Body() { user }: { user: string }) {
    // The password has been checked. What belonged to somebody else goes with their session.
    if (session.get('_auth_user_id', user) !== user) await session.flush();
    session.set('_auth_user_id', user);
    this.sessions.markAuthenticated(session);
    await session.cycleKey(); // the key from before the log-in is dead
  }

  @Post('password')
  @RecentlyAuthenticated(5 * 60) // a session that was left open is not enough
  async changePassword(@Session() session: Session<Account>) {
    await session.cycleKey();
    return { ended: await this.sessions.ofUser(session.get('_auth_user_id')!).endOthers(session) };
  }

  @Post('logout')
  @Header('Clear-Site-Data', '"cache", "storage"')
  async logOut(@Session() session: Session<Account>) {
    await session.flush(); // gone from the store, and the cookie removed
  }
}
