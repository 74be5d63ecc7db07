import { Controller, Get, Render } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import type { DemoSession } from '../demo-session.js';
import type { HomeModel } from './home.view.js';

@Controller()
export class HomeController {
  @Get()
  @Render('home')
  visit(@Session() session: Session<DemoSession>): HomeModel {
    session.set('visits', session.get('visits', 0) + 1);
    return { session };
  }
}
