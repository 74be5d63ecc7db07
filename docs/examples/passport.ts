import { promisify } from 'node:util';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  HttpCode,
  Injectable,
  Post,
  Req,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { AuthGuard, PassportSerializer, PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy } from 'passport-local';

export interface User {
  id: number;
  name: string;
}

/** In the place of your own, which compares hashes. */
@Injectable()
export class Users {
  readonly #names = ['ann', 'bob'];
  readonly #passwords = ['pear', 'fig'];

  async check(name: string, password: string): Promise<User | undefined> {
    const id = this.#names.indexOf(name);
    return id >= 0 && this.#passwords[id] === password ? { id, name } : undefined;
  }

  async byId(id: number): Promise<User | undefined> {
    const name = this.#names[id];
    return name === undefined ? undefined : { id, name };
  }
}

@Injectable()
export class PasswordStrategy extends PassportStrategy(Strategy) {
  constructor(private readonly users: Users) {
    super();
  }

  async validate(name: string, password: string): Promise<User> {
    const user = await this.users.check(name, password);
    if (!user) throw new UnauthorizedException();
    return user;
  }
}

@Injectable()
export class UserSerializer extends PassportSerializer {
  constructor(private readonly users: Users) {
    super();
  }

  serializeUser(user: User, done: (error: unknown, id: number) => void) {
    done(null, user.id);
  }

  deserializeUser(id: number, done: (error: unknown, user?: User | false) => void) {
    this.users.byId(id).then((user) => done(null, user ?? false), done);
  }
}

@Injectable()
export class LoginGuard extends AuthGuard('local') {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context); // asks the strategy: 401 if it says no
    await super.logIn(context.switchToHttp().getRequest<Request>()); // the old session ends, a new one is stored
    return true;
  }
}

@Injectable()
export class SignedInGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<Request>().isAuthenticated();
  }
}

@Controller()
export class AccountController {
  @Post('login')
  @UseGuards(LoginGuard)
  logIn(@Req() request: Request) {
    return request.user;
  }

  @Get('me')
  @UseGuards(SignedInGuard)
  me(@Req() request: Request) {
    return request.user;
  }

  @Post('logout')
  @HttpCode(204)
  async logOut(@Req() request: Request) {
    await promisify(request.logout.bind(request) as (done: (error?: unknown) => void) => void)();
  }
}
