import { Body, Controller, Get, Post, Redirect, Render } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { type DemoSession, shortKey } from '../demo-session.js';
import { TextPipe } from '../forms/text.pipe.js';
import { type AccountModel, MAX_NAME } from './account.view.js';

@Controller('account')
export class AccountController {
  @Get()
  @Render('account')
  show(@Session() session: Session<DemoSession>): AccountModel {
    return { session };
  }

  /** Believes whatever name it is told: this is about sessions, not passwords. */
  @Post('log-in')
  @Redirect('/account', 303)
  async logIn(
    @Session() session: Session<DemoSession>,
    @Body('name', new TextPipe('Your name', MAX_NAME)) name: string,
    @Body('remember') remember: unknown,
  ): Promise<void> {
    // Nobody takes over what belongs to somebody else. A guest's cart, though, stays.
    if (session.get('user', name) !== name) await session.flush();

    session.set('user', name);
    session.set('keyBefore', shortKey(session.sessionKey));
    // Thirty days, or until the browser closes.
    session.setExpiry(remember === 'on' ? { days: 30 } : 0);
    // Whoever knew the key before (an attacker may have planted it) does not know the new one. Last,
    // so that the line above and the new key are written as one step.
    await session.cycleKey();
  }

  @Post('log-out')
  @Redirect('/account', 303)
  async logOut(@Session() session: Session<DemoSession>): Promise<void> {
    await session.flush();
  }
}
