import { Body, Controller, Get, Post } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';

export interface Shop {
  user: string;
  cart: string[];
}

/** What a visitor does over HTTP, beside the socket. */
@Controller()
export class AccountController {
  @Post('login')
  async logIn(@Session() session: Session<Shop>, @Body() { user }: { user: string }) {
    session.set('user', user);
    await session.cycleKey();
    return 'in';
  }

  @Post('logout')
  async logOut(@Session() session: Session<Shop>) {
    await session.flush();
    return 'out';
  }

  @Post('cart')
  add(@Session() session: Session<Shop>, @Body() { item }: { item: string }) {
    session.setDefault('cart', []).push(item);
    return session.data.cart;
  }

  @Get('cart')
  cart(@Session() session: Session<Shop>) {
    return session.get('cart', []);
  }
}
