import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  ForbiddenException,
  Get,
  HttpException,
  Inject,
  Injectable,
  type MiddlewareConsumer,
  Module,
  type NestInterceptor,
  type NestModule,
  type PipeTransform,
  Query,
  Render,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { Session, SessionsService } from 'nestjs-django-sessions';
import { tap } from 'rxjs';

interface Visit {
  user?: string;
  seen?: number;
  pages?: string[];
  language?: string;
  lastError?: string;
}

// --- a handler

@Controller()
export class ProfileController {
  @Get('profile')
  profile(@Session() session: Session<Visit>) {
    return { user: session.get('user', 'nobody') };
  }

  @Get('language')
  language(@Session('language') language: string | undefined) {
    return language ?? 'en';
  }
}

// --- middleware

@Injectable()
export class CountVisits {
  constructor(private readonly sessions: SessionsService) {}

  async use(request: IncomingMessage, _response: ServerResponse, next: () => void) {
    const session = await this.sessions.from<Visit>(request);
    session.set('seen', session.get('seen', 0) + 1);
    next();
  }
}

// --- a guard

@Injectable()
export class MembersOnly implements CanActivate {
  constructor(private readonly sessions: SessionsService) {}

  async canActivate(context: ExecutionContext) {
    const session = await this.sessions.from<Visit>(context);
    return session.has('user');
  }
}

// --- an interceptor

@Injectable()
export class RememberPages implements NestInterceptor {
  constructor(private readonly sessions: SessionsService) {}

  async intercept(context: ExecutionContext, next: CallHandler) {
    const session = await this.sessions.from<Visit>(context);
    const { url } = context.switchToHttp().getRequest<{ url: string }>();
    return next.handle().pipe(tap(() => session.set('pages', [...session.get('pages', []), url])));
  }
}

// --- a pipe, and any provider of a request

@Injectable({ scope: Scope.REQUEST })
export class InVisitorsLanguage implements PipeTransform {
  constructor(
    private readonly sessions: SessionsService,
    @Inject(REQUEST) private readonly request: IncomingMessage,
  ) {}

  async transform(word: string) {
    const session = await this.sessions.from<Visit>(this.request);
    return session.get('language') === 'de' && word === 'hello' ? 'hallo' : word;
  }
}

// --- an exception filter

@Catch(HttpException)
export class RememberErrors implements ExceptionFilter {
  constructor(private readonly sessions: SessionsService) {}

  async catch(error: HttpException, host: ArgumentsHost) {
    const session = await this.sessions.from<Visit>(host);
    session.set('lastError', error.message);
    host.switchToHttp().getResponse().status(error.getStatus()).send({ sorry: true });
  }
}

// --- a view

@Controller()
export class PageController {
  @Get('page')
  @Render('page') // {{session.user}}
  page() {
    return { title: 'A page' };
  }
}

// --- a job, a script

@Injectable()
export class Reminders {
  constructor(private readonly sessions: SessionsService) {}

  async remind(sessionKey: string) {
    const session = await this.sessions.open<Visit & { reminder?: string }>(sessionKey);
    if (session.isEmpty()) return; // it has ended
    session.set('reminder', 'Your cart misses you.');
    await session.save();
  }
}

@Controller()
@UseInterceptors(RememberPages)
@UseFilters(RememberErrors)
export class PlacesController {
  @Get('greet')
  greet(@Query('word', InVisitorsLanguage) word: string) {
    return word;
  }

  @Get('members')
  @UseGuards(MembersOnly)
  members() {
    return 'welcome';
  }

  @Get('closed')
  closed() {
    throw new ForbiddenException('closed today');
  }
}

@Module({
  controllers: [ProfileController, PageController, PlacesController],
  providers: [Reminders],
  exports: [Reminders],
})
export class PlacesModule implements NestModule {
  configure(consumer: MiddlewareConsumer) {
    consumer.apply(CountVisits).forRoutes('{*path}');
  }
}
