import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import { SessionsOptionsError } from '../core/errors.js';
import { getSessionsToken } from './inject-sessions.js';
import type { SessionsService } from './sessions.service.js';

const REQUIREMENT = 'SESSIONS:RECENTLY_AUTHENTICATED';

interface Requirement {
  seconds: number;
  name?: string | undefined;
}

/** 401: who is logged in has to show again who they are. */
export class ReauthenticationRequiredException extends UnauthorizedException {
  constructor() {
    super({
      statusCode: 401,
      code: 'REAUTHENTICATION_REQUIRED',
      message: 'Please log in again to go on.',
      error: 'Unauthorized',
    });
    this.name = 'ReauthenticationRequiredException';
  }
}

/** Lets a request pass whose visitor has logged in at most so long ago; see `RecentlyAuthenticated`. */
@Injectable()
export class RecentlyAuthenticatedGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const places = [context.getHandler(), context.getClass()];
    const { seconds, name } = this.reflector.getAllAndOverride<Requirement>(REQUIREMENT, places);
    const sessions = this.modules.get<SessionsService>(getSessionsToken(name), { strict: false });
    if (sessions.isRecentlyAuthenticated(await sessions.from(context), seconds)) return true;
    throw new ReauthenticationRequiredException();
  }
}

/**
 * For what must not be done in a session that somebody left open: the handler, or the controller, answers
 * only visitors for whom `SessionsService.markAuthenticated` was called at most `seconds` ago. Others get
 * `ReauthenticationRequiredException` (401). `name`: that of the module, where it has one.
 */
export function RecentlyAuthenticated(
  seconds: number,
  { name }: { name?: string } = {},
): ClassDecorator & MethodDecorator {
  if (!(Number.isFinite(seconds) && seconds > 0)) {
    throw new SessionsOptionsError([`@RecentlyAuthenticated wants a number of seconds above 0, got ${seconds}`]);
  }
  return applyDecorators(
    SetMetadata(REQUIREMENT, { seconds, name } satisfies Requirement),
    UseGuards(RecentlyAuthenticatedGuard),
  );
}
