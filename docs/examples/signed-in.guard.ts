import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { SessionsService } from 'nestjs-django-sessions';

@Injectable()
export class SignedInGuard implements CanActivate {
  constructor(private readonly sessions: SessionsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const session = await this.sessions.from<{ user?: string }>(context);
    return session.has('user');
  }
}
