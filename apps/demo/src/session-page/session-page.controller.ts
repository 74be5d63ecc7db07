import { Controller, Get, Render } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Session } from 'nestjs-django-sessions';
import { DjangoSession } from 'nestjs-django-sessions/typeorm';
import { Repository } from 'typeorm';
import type { DemoSession } from '../demo-session.js';
import { environment } from '../environment.js';
import type { SessionPageModel } from './session-page.view.js';

@Controller('session')
export class SessionPageController {
  /** No session needs this: it is here to show the row that Django would read. */
  constructor(@InjectRepository(DjangoSession) private readonly rows: Repository<DjangoSession>) {}

  @Get()
  @Render('session-page')
  async show(@Session() session: Session<DemoSession>): Promise<SessionPageModel> {
    const atFirst = flagsOf(session);
    const data = session.toJSON();
    const key = session.sessionKey;
    const row = key === null ? null : await this.rows.findOneBy({ sessionKey: key });
    return { session, data, row, atFirst, now: flagsOf(session), engine: environment.engine };
  }
}

function flagsOf({ accessed, modified }: Session<DemoSession>) {
  return { accessed, modified };
}
