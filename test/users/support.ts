import { Body, Controller, Get, type INestApplication, Post } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  Session,
  type SessionsModuleExtras,
  type SessionsOptions,
  SessionsModule,
  SessionsService,
} from 'nestjs-django-sessions';
import { CreateUserSessions1700000000001 } from 'nestjs-django-sessions/typeorm';
import type { DataSource } from 'typeorm';
import { SESSION_CLOCK } from '../../libs/sessions/src/nest/sessions.constants.js';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';
import type { TestClock } from '../support/vectors.js';

@Controller()
class AccountController {
  constructor(private readonly sessions: SessionsService) {}

  @Post('login')
  async logIn(@Session() session: Session, @Body() { user, device }: { user: string; device?: string }) {
    session.set('_auth_user_id', user);
    if (device) this.sessions.label(session, device);
    await session.cycleKey();
  }

  @Post('logout')
  async logOut(@Session() session: Session) {
    await session.flush();
  }

  @Post('leave')
  leave(@Session() session: Session) {
    session.delete('_auth_user_id');
  }

  @Post('write')
  write(@Session() session: Session) {
    session.set('writes', session.get('writes', 0) + 1);
  }

  @Get('me')
  me(@Session('_auth_user_id') user: string | undefined) {
    return { user: user ?? null };
  }

  @Get('devices')
  devices(@Session() session: Session) {
    return this.sessions.ofUser(session.get('_auth_user_id')).list(session);
  }

  @Post('end-others')
  async endOthers(@Session() session: Session) {
    return { ended: await this.sessions.ofUser(session.get('_auth_user_id')).endOthers(session) };
  }
}

export type Choice = Partial<SessionsOptions> & SessionsModuleExtras;

export async function startUsers(choice: Choice, clock: TestClock): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, userSessions: true, ...choice })],
    controllers: [AccountController],
  })
    .overrideProvider(SESSION_CLOCK)
    .useValue(clock.now)
    .compile();
  const app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  return app;
}

/** A visitor who knows an application. */
export class Device extends Visitor {
  static async at(app: INestApplication): Promise<Device> {
    return new Device(await app.getUrl());
  }

  async logIn(user: string, device?: string): Promise<this> {
    const body = JSON.stringify({ user, device });
    await this.post('/login', { headers: { 'content-type': 'application/json' }, body });
    return this;
  }

  async user(): Promise<string | null> {
    return ((await (await this.get('/me')).json()) as { user: string | null }).user;
  }

  async devices(): Promise<Record<string, any>[]> {
    return (await (await this.get('/devices')).json()) as Record<string, any>[];
  }

  /** The same cookies, as somebody has them who copied them. */
  copy(): Device {
    const copy = new Device(this.url);
    for (const [name, value] of this.cookies) copy.cookies.set(name, value);
    return copy;
  }
}

export async function addUserTables(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  await new CreateUserSessions1700000000001().up(runner);
  await new CreateUserSessions1700000000001().up(runner);
  await runner.release();
}
