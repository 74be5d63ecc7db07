import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Session } from 'nestjs-django-sessions';

interface Cart {
  cart: string[];
}

type SessionRequest = Request & { session: Partial<Cart> };

@Controller('cart')
export class CartController {
  @Post(':id') // as it was written for express-session
  add(@Req() { session }: SessionRequest, @Param('id') id: string) {
    session.cart = session.cart || [];
    session.cart.push(id);
    return session.cart;
  }

  @Get() // as it may be written from now on
  show(@Session() session: Session<Cart>) {
    return session.get('cart', []);
  }

  @Post('order/sent')
  order(@Req() { session }: SessionRequest, @Res() response: Response) {
    session.cart = [];
    response.redirect('/cart'); // saved before it leaves: no save() around it
  }
}
