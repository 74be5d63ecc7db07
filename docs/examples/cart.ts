import { Controller, Module, Param, Post } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Session, SessionsModule } from 'nestjs-django-sessions';
import { CreateDjangoSession1700000000000 } from 'nestjs-django-sessions/typeorm';

@Controller('cart')
export class CartController {
  @Post(':id')
  add(@Session() session: Session<{ cart: string[] }>, @Param('id') id: string) {
    session.setDefault('cart', []);
    session.data.cart.push(id); // nested changes are noticed
    return session.data.cart;
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: process.env.DATABASE ?? 'db.sqlite3',
      migrations: [CreateDjangoSession1700000000000], // Django's table, if it is not there yet
      migrationsRun: true,
    }),
    SessionsModule.forRoot({ secretKey: process.env.SECRET_KEY, engine: 'db' }),
  ],
  controllers: [CartController],
})
export class AppModule {}
