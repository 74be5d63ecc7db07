import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import type { DjangoUser } from '../django-server.js';
import { loggedIn, logIn } from './django-auth.js';

/** What the controller knows of Django's users and secrets. */
export interface Accounts {
  users: readonly DjangoUser[];
  /** The one that signs first, then those that are still accepted. */
  secrets: string[];
}

export const ACCOUNTS = 'ACCOUNTS';

/** Users of Django's, logged in and out. Whether the password is right is not what is tested here. */
@Controller()
export class AccountController {
  constructor(@Inject(ACCOUNTS) private readonly accounts: Accounts) {}

  @Post('login')
  @HttpCode(204)
  async logIn(@Session() session: Session<Record<string, unknown>>, @Body('username') username: string) {
    const user = this.accounts.users.find(({ name }) => name === username)!;
    await logIn(session, user, this.accounts.secrets);
  }

  @Post('logout')
  @HttpCode(204)
  async logOut(@Session() session: Session<Record<string, unknown>>) {
    await session.flush();
  }

  @Get('user')
  async user(@Session() session: Session<Record<string, unknown>>) {
    const find = (wanted: string) => this.accounts.users.find(({ id }) => id === wanted);
    const user = await loggedIn(session, find, this.accounts.secrets);
    return { user: user?.name ?? null };
  }
}
