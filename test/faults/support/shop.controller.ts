import { Controller, Get, HttpCode, Injectable, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Session } from 'nestjs-django-sessions';
import { Hold } from './hold.js';

type Visit = Session<{ visits: number; user: string }>;

/** What is done to a session, by handlers that return a value and by such as answer themselves. */
@Injectable()
class Shop {
  constructor(readonly hold: Hold) {}

  write(session: Visit) {
    session.set('visits', session.get('visits', 0) + 1);
    return { ...session.data };
  }

  async heldWrite(session: Visit) {
    const answer = this.write(session);
    await this.hold.wait();
    return answer;
  }

  async heldLogIn(session: Visit) {
    session.set('user', 'ann');
    await this.hold.wait();
    await session.cycleKey();
    return 'in';
  }

  async heldLogOut(session: Visit) {
    await this.hold.wait();
    await session.flush();
    return 'out';
  }
}

@Controller()
class ShopController {
  constructor(private readonly shop: Shop) {}

  @Get('plain')
  plain() {
    return { plain: true };
  }

  @Get('read')
  read(@Session() session: Visit) {
    return { ...session.data };
  }

  @Post('write')
  @HttpCode(200)
  write(@Session() session: Visit) {
    return this.shop.write(session);
  }

  @Post('login')
  @HttpCode(200)
  async logIn(@Session() session: Visit) {
    session.set('user', 'ann');
    await session.cycleKey();
    return 'in';
  }

  @Post('logout')
  @HttpCode(200)
  async logOut(@Session() session: Visit) {
    await session.flush();
    return 'out';
  }

  @Post('held/write')
  @HttpCode(200)
  heldWrite(@Session() session: Visit) {
    return this.shop.heldWrite(session);
  }

  @Post('held/login')
  @HttpCode(200)
  heldLogIn(@Session() session: Visit) {
    return this.shop.heldLogIn(session);
  }

  @Post('held/logout')
  @HttpCode(200)
  heldLogOut(@Session() session: Visit) {
    return this.shop.heldLogOut(session);
  }
}

@Controller('res')
class ResShopController {
  constructor(private readonly shop: Shop) {}

  @Get('read')
  read(@Session() session: Visit, @Res() response: Response) {
    response.json({ ...session.data });
  }

  @Post('write')
  @HttpCode(200)
  write(@Session() session: Visit, @Res() response: Response) {
    response.json(this.shop.write(session));
  }

  @Post('held/write')
  @HttpCode(200)
  async heldWrite(@Session() session: Visit, @Res() response: Response) {
    response.json(await this.shop.heldWrite(session));
  }
}

export const SHOP = { controllers: [ShopController, ResShopController], providers: [Shop, Hold] };
