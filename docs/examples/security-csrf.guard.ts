import { randomBytes, timingSafeEqual } from 'node:crypto';
import { type CanActivate, Controller, type ExecutionContext, Get, Injectable } from '@nestjs/common';
import { Session, SessionsService } from 'nestjs-django-sessions';

interface Guarded {
  csrf?: string;
}

interface AnyRequest {
  method: string;
  headers: Record<string, string | string[] | undefined>;
}

/** Lets a request that changes something pass only with the token of its own session. */
@Injectable()
export class CsrfGuard implements CanActivate {
  constructor(private readonly sessions: SessionsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AnyRequest>();
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return true;
    const session = await this.sessions.from<Guarded>(context);
    const sent = Buffer.from(String(request.headers['x-csrf-token'] ?? ''));
    const kept = Buffer.from(session.get('csrf') ?? '');
    return kept.length > 0 && sent.length === kept.length && timingSafeEqual(sent, kept);
  }
}

@Controller('csrf')
export class CsrfController {
  /** The page asks for it once, and sends it back in a header: another site can read neither. */
  @Get()
  token(@Session() session: Session<Guarded>) {
    return { token: session.setDefault('csrf', randomBytes(32).toString('base64url')) };
  }
}
