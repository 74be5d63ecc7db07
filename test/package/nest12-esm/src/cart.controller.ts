import { Controller, Get, Param, Post } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Session, SessionKeyError, SessionsService } from 'nestjs-django-sessions';
import { DjangoSession } from 'nestjs-django-sessions/typeorm';
import { Repository } from 'typeorm';

@Controller()
export class CartController {
  constructor(
    private readonly sessions: SessionsService,
    @InjectRepository(DjangoSession) private readonly stored: Repository<DjangoSession>,
  ) {}

  @Post('cart/:id')
  add(@Session() session: Session<{ cart: string[] }>, @Param('id') id: string): string[] {
    session.set('cart', [...session.get('cart', []), id]);
    return session.data.cart;
  }

  @Get('cart')
  show(@Session() session: Session<{ cart: string[] }>): string[] {
    return session.get('cart', []);
  }

  /** The error class that the application imports is the one that the library throws. */
  @Get('coupon')
  coupon(@Session() session: Session<{ coupon: string }>): string {
    try {
      return session.pop('coupon');
    } catch (error) {
      if (error instanceof SessionKeyError) return 'no coupon';
      throw error;
    }
  }

  /** The entity is one that TypeORM knows, and the service one that Nest knows. */
  @Get('stored/:key')
  async find(@Param('key') sessionKey: string): Promise<{ row: DjangoSession | null; data: unknown }> {
    return { row: await this.stored.findOneBy({ sessionKey }), data: await this.sessions.open(sessionKey) };
  }
}
