import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SessionsModule, type SessionsOptions } from 'nestjs-django-sessions';
import type { Platform } from '../../platforms/platform.js';
import { SECRET } from '../../support/application.js';
import { Visitor } from '../../support/browserlike.js';
import { AttackedController, Gate } from './attacked.controller.js';
import { RecordedLogs } from './recorded-logs.js';

/**
 * An application that is attacked, and all it has said about that. (Nest has one logger: of several
 * applications at once, the one that was started last hears everything.)
 */
export interface Attacked {
  app: INestApplication;
  url: string;
  logs: RecordedLogs;
  gate: Gate;
  visitor(): Visitor;
  /** The session as a visitor with this cookie is shown it. */
  shown(cookie: string, name?: string): Promise<unknown>;
}

export async function attacked(platform: Platform, options: Partial<SessionsOptions>): Promise<Attacked> {
  const logs = new RecordedLogs();
  const gate = new Gate();
  const module = await Test.createTestingModule({
    imports: [SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, ...options })],
    controllers: [AttackedController],
    providers: [{ provide: Gate, useValue: gate }],
  }).compile();
  const app = platform.application(module, logs.lines);
  app.useLogger(logs);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const visitor = () => new Visitor(url);
  return {
    app,
    url,
    logs,
    gate,
    visitor,
    async shown(cookie, name = 'sessionid') {
      const guest = visitor();
      guest.cookies.set(name, cookie);
      return (await guest.get('/read')).json();
    },
  };
}
