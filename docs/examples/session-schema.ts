import { Body, Controller, Get, Post } from '@nestjs/common';
import { Session, type SessionOf, SessionsModule } from 'nestjs-django-sessions';
import { z } from 'zod';

export const shopSchema = z.object({
  cart: z.array(z.object({ name: z.string(), quantity: z.int().positive() })).optional(),
  theme: z.enum(['light', 'dark']).optional(),
});

export type Shop = SessionOf<typeof shopSchema>;

export const Sessions = SessionsModule.forRoot({
  secretKey: process.env.SECRET_KEY,
  schema: shopSchema,
});

export const UpgradedSessions = SessionsModule.forRoot({
  secretKey: process.env.SECRET_KEY,
  schema: shopSchema,
  upgrade: (data) => {
    if (!Array.isArray(data.cart)) return null; // nothing to be saved from it: an empty session
    // A cart was a list of names once.
    const cart = data.cart.map((item) => (typeof item === 'string' ? { name: item, quantity: 1 } : item));
    return { ...data, cart };
  },
});

@Controller('cart')
export class CartController {
  @Get()
  show(@Session() session: Session<Shop>) {
    return session.get('cart', []);
  }

  @Post()
  add(@Session() session: Session<Shop>, @Body() item: { name: string; quantity: number }) {
    session.set('cart', [...session.get('cart', []), item]);
  }
}
