import { Body, Controller, Post } from '@nestjs/common';
import { Session, type SessionOf } from 'nestjs-django-sessions';
import { z } from 'zod';

export const shopSchema = z.object({
  cart: z.array(z.string()).optional(),
  theme: z.enum(['light', 'dark']).optional(),
});

declare module 'nestjs-django-sessions' {
  interface SessionData extends SessionOf<typeof shopSchema> {}
}

@Controller('theme')
export class ThemeController {
  @Post()
  choose(@Session() session: Session, @Body() { theme }: { theme: 'light' | 'dark' }) {
    session.set('theme', theme);
    return { items: session.get('cart', []).length };
  }
}
