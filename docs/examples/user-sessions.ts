import {
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Param,
  Post,
  UseGuards,
} from '@nestjs/common';
import { Session, SessionsModule, SessionsService } from 'nestjs-django-sessions';

export const Sessions = SessionsModule.forRoot({
  secretKey: process.env.SECRET_KEY,
  engine: 'db',
  userSessions: { limit: 5 }, // true: any number
  touchEvery: 60, // so that lastSeenAt is not older than a minute
});

interface Account {
  _auth_user_id: string;
}

@Injectable()
export class LoggedIn implements CanActivate {
  constructor(private readonly sessions: SessionsService) {}

  async canActivate(context: ExecutionContext) {
    return (await this.sessions.from<Account>(context)).has('_auth_user_id');
  }
}

@Controller('account')
export class DevicesController {
  constructor(private readonly sessions: SessionsService) {}

  @Post('login')
  async logIn(@Session() session: Session<Account>, @Body() { user, device }: { user: string; device: string }) {
    session.set('_auth_user_id', user);
    this.sessions.label(session, device);
    await session.cycleKey();
  }

  @Get('devices')
  @UseGuards(LoggedIn)
  devices(@Session() session: Session<Account>) {
    return this.sessions.ofUser(session.data['_auth_user_id']).list(session);
  }

  @Post('devices/:id/end')
  @UseGuards(LoggedIn)
  end(@Session() session: Session<Account>, @Param('id') id: string) {
    return this.sessions.ofUser(session.data['_auth_user_id']).end(id);
  }

  @Post('devices/end-others')
  @UseGuards(LoggedIn)
  endOthers(@Session() session: Session<Account>) {
    return this.sessions.ofUser(session.data['_auth_user_id']).endOthers(session);
  }
}

@Injectable()
export class Staff {
  constructor(private readonly sessions: SessionsService) {}

  async disable(userId: string) {
    await this.sessions.ofUser(userId).endAll();
  }
}
