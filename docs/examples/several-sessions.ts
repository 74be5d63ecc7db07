import { Controller, Get, Injectable, Post } from '@nestjs/common';
import { InjectSessions, Session, SessionsModule, SessionsService } from 'nestjs-django-sessions';

export const Sessions = [
  SessionsModule.forRoot({ secretKey: process.env.SECRET_KEY, engine: 'db' }),
  SessionsModule.forRoot({
    name: 'admin',
    secretKey: process.env.ADMIN_SECRET_KEY,
    engine: 'db',
    cookieName: 'adminid',
    cookiePath: '/admin',
    cookieSameSite: 'Strict',
    cookieAge: 15 * 60,
  }),
];

@Controller()
export class ShopController {
  @Post('login')
  logIn(@Session() session: Session<{ user: string }>) {
    session.set('user', 'ann');
    return session.cycleKey();
  }
}

@Injectable()
export class Staff {
  constructor(@InjectSessions('admin') private readonly sessions: SessionsService) {}

  clear() {
    return this.sessions.clearExpired();
  }
}

@Controller('admin')
export class AdminController {
  constructor(private readonly staff: Staff) {}

  @Post('login')
  logIn(@Session({ name: 'admin' }) session: Session<{ operator: string }>) {
    session.set('operator', 'root');
    return session.cycleKey();
  }

  @Get('who')
  who(@Session({ name: 'admin', key: 'operator' }) operator: string | undefined) {
    return { operator: operator ?? null };
  }

  @Post('clear')
  clear() {
    return this.staff.clear();
  }
}
