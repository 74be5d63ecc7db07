import type { LoggerService } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionsModule } from 'nestjs-django-sessions';
import { SESSION_CLOCK } from '../../../libs/sessions/src/nest/sessions.constants.js';
import type { DjangoUser } from '../django-server.js';
import { COOKIE_AGE } from '../secrets.js';
import type { SharedStore } from '../shared-store.js';
import type { Side } from '../visitor.js';
import { AccountController, type Accounts, ACCOUNTS } from './account.controller.js';
import { HeldController } from './held.controller.js';
import { SessionController } from './session.controller.js';

export interface NestStart {
  store: SharedStore;
  users: readonly DjangoUser[];
  /** The one that signs first, then those that are still accepted. */
  secrets: string[];
  /** How far its clock is ahead, in seconds. */
  ahead?: number;
}

/** Starts a Nest application on a free port, beside Django. */
export async function startNest({ store, users, secrets, ahead = 0 }: NestStart): Promise<Side> {
  const [secretKey, ...secretKeyFallbacks] = secrets as [string, ...string[]];
  const database = store.dataSourceOptions;
  const accounts: Accounts = { users, secrets };
  const log = new ErrorLog();
  const module = await Test.createTestingModule({
    imports: [
      ...(database ? [TypeOrmModule.forRoot(database)] : []),
      SessionsModule.forRoot({
        secretKey,
        secretKeyFallbacks,
        cookieAge: COOKIE_AGE,
        clearSessions: false,
        ...store.nestOptions,
      }),
    ],
    controllers: [SessionController, AccountController, HeldController],
    providers: [{ provide: ACCOUNTS, useValue: accounts }],
  })
    .setLogger(log)
    .overrideProvider(SESSION_CLOCK)
    .useValue(() => Date.now() + ahead * 1000)
    .compile();
  const app = module.createNestApplication<NestExpressApplication>();
  app.useBodyParser('json', { limit: '4mb' });
  await app.listen(0, '127.0.0.1');
  return {
    name: 'Nest',
    url: (await app.getUrl()).replace('[::1]', '127.0.0.1'),
    complaints: () => log.text,
    stop: () => app.close(),
  };
}

/** Keeps what went wrong, for whoever asks. */
class ErrorLog implements LoggerService {
  text = '';

  log(): void {}

  error(...parts: unknown[]): void {
    this.text += `${parts.map(String).join(' ')}\n`;
  }

  warn(...parts: unknown[]): void {
    this.error(...parts);
  }
}
