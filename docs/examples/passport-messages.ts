import { Controller, Get, type MiddlewareConsumer, Module, type NestModule, Post, Redirect, Req } from '@nestjs/common';
import flash from 'connect-flash';
import { csrfSync } from 'csrf-sync';
import type { Request } from 'express';

const { csrfSynchronisedProtection, generateToken } = csrfSync();

@Controller('profile')
export class ProfileController {
  @Get()
  show(@Req() request: Request) {
    return { messages: request.flash('info'), token: generateToken(request) };
  }

  @Post() // the middleware has compared the header x-csrf-token
  @Redirect('/profile', 303)
  save(@Req() request: Request) {
    request.flash('info', 'Saved');
  }
}

@Module({ controllers: [ProfileController] })
export class ProfileModule implements NestModule {
  configure(consumer: MiddlewareConsumer) {
    consumer.apply(flash(), csrfSynchronisedProtection).forRoutes('{*path}');
  }
}
