import { BadRequestException, Body, Controller, Get, NotFoundException, Post, Redirect, Render } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import type { DemoSession } from '../demo-session.js';
import { TextPipe } from '../forms/text.pipe.js';
import { WholeNumberPipe } from '../forms/whole-number.pipe.js';
import { MAX_ITEMS, MAX_NAME, MAX_QUANTITY } from './cart.limits.js';
import type { CartModel } from './cart.view.js';

const Name = () => Body('name', new TextPipe('The name', MAX_NAME));
const Quantity = () => Body('quantity', new WholeNumberPipe('The quantity', 1, MAX_QUANTITY));

/**
 * The cart is nested data, changed in place: no handler tells the session that it did so.
 *
 * Forms are posted by our own pages only: the cookie is SameSite=Lax, so a form on somebody else's
 * site arrives without the session. That will do for a demo; beyond one, add tokens.
 */
@Controller('cart')
export class CartController {
  @Get()
  @Render('cart')
  show(@Session() session: Session<DemoSession>): CartModel {
    return { session };
  }

  @Post('add')
  @Redirect('/cart', 303)
  add(@Session() session: Session<DemoSession>, @Name() name: string, @Quantity() quantity: number): void {
    const { items } = session.setDefault('cart', { items: [] });
    const item = items.find((each) => each.name === name);
    if (!item && items.length >= MAX_ITEMS) {
      throw new BadRequestException(`The cart takes at most ${MAX_ITEMS} different things.`);
    }
    if ((item?.quantity ?? 0) + quantity > MAX_QUANTITY) {
      throw new BadRequestException(`The cart takes at most ${MAX_QUANTITY} of a kind.`);
    }
    if (item) item.quantity += quantity;
    else items.push({ name, quantity });
  }

  @Post('change')
  @Redirect('/cart', 303)
  change(@Session() session: Session<DemoSession>, @Name() name: string, @Quantity() quantity: number): void {
    const item = session.data.cart?.items.find((each) => each.name === name);
    if (!item) throw new NotFoundException();
    item.quantity = quantity;
  }

  @Post('remove')
  @Redirect('/cart', 303)
  remove(@Session() session: Session<DemoSession>, @Name() name: string): void {
    const items = session.data.cart?.items ?? [];
    const index = items.findIndex((each) => each.name === name);
    if (index >= 0) items.splice(index, 1);
  }

  @Post('empty')
  @Redirect('/cart', 303)
  empty(@Session() session: Session<DemoSession>): void {
    session.pop('cart', null);
  }
}
