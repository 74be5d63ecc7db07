import type { INestApplicationContext } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { SessionsService } from 'nestjs-django-sessions';
import type { VerifyClientCallbackAsync } from 'ws';
import type { Chat } from './chat.gateway.js';

/** Opens sockets for pages of one origin, and for visitors who have logged in. */
export class SignedInAdapter extends WsAdapter {
  constructor(
    private readonly app: INestApplicationContext,
    private readonly origin: string,
  ) {
    super(app);
  }

  override create(port: number, options: object = {}) {
    const sessions = this.app.get(SessionsService);
    const verifyClient: VerifyClientCallbackAsync = async ({ origin, req }, done) => {
      if (origin !== this.origin) return done(false, 403);
      try {
        const session = await sessions.fromCookieHeader<Chat>(req.headers.cookie);
        done(session.has('user'), 401);
      } catch {
        done(false, 503);
      }
    };
    return super.create(port, { ...options, verifyClient });
  }
}
