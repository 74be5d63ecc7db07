import { Body, Controller, Get, Post } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';

interface Shop {
  cart: string[];
  theme?: 'light' | 'dark';
}

@Controller('theme')
export class ThemeController {
  @Get()
  show(@Session() session: Session<Shop>) {
    return { theme: session.get('theme', 'light'), items: session.get('cart')?.length ?? 0 };
  }

  @Post()
  choose(@Session() session: Session<Shop>, @Body() { theme }: Required<Pick<Shop, 'theme'>>) {
    session.set('theme', theme); // session.set('tehme', …) and session.set('theme', 'red') do not compile
  }
}
