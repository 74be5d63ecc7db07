import { Controller, Get, Post, Redirect, Render } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import type { DemoSession } from '../demo-session.js';
import type { TestCookieModel } from './test-cookie.view.js';

/** Whether a browser takes cookies can only be seen in the request after the one that set it. */
@Controller('test-cookie')
export class TestCookieController {
  @Get()
  @Render('test-cookie')
  show(@Session() session: Session<DemoSession>): TestCookieModel {
    return { session };
  }

  @Post()
  @Redirect('/test-cookie/result', 303)
  start(@Session() session: Session<DemoSession>): void {
    session.setTestCookie();
  }

  @Get('result')
  @Render('test-cookie')
  result(@Session() session: Session<DemoSession>): TestCookieModel {
    const worked = session.testCookieWorked();
    if (worked) session.deleteTestCookie();
    return { session, worked };
  }
}
