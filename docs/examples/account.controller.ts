import { Body, Controller, Post } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';

interface Account {
  user: string;
}

@Controller()
export class AccountController {
  @Post('login')
  async logIn(@Session() session: Session<Account>, @Body() { name, remember }: { name: string; remember?: boolean }) {
    session.set('user', name);
    session.setExpiry(remember ? { days: 30 } : 0); // 0: until the browser closes
    await session.cycleKey(); // a new key, and everything above in the same statement
  }

  @Post('logout')
  async logOut(@Session() session: Session<Account>) {
    await session.flush();
  }
}
