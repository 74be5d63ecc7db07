import type { INestApplicationContext } from '@nestjs/common';
import { getSessionsToken } from '../nest/inject-sessions.js';
import type { Settings } from '../nest/resolve-settings.js';
import { SESSIONS_SETTINGS } from '../nest/sessions.constants.js';
import type { SessionsService } from '../nest/sessions.service.js';

/** An application, or a compiled testing module. */
export type SessionsApplication = Pick<INestApplicationContext, 'get'>;

/** One kind of an application's sessions. */
export interface SessionsOf {
  service: SessionsService;
  settings: Settings;
}

/** The sessions of an application: those without a name, or those of the module with this one. Throws if there is none. */
export function sessionsOf(app: SessionsApplication, name: string | null = null): SessionsOf {
  const anywhere = { strict: false } as const;
  try {
    const service = app.get(getSessionsToken(name ?? undefined), anywhere);
    const all = app.get<string, Settings>(SESSIONS_SETTINGS, { ...anywhere, each: true });
    return { service, settings: all.find((settings) => settings.name === name)! };
  } catch (error) {
    const module = name === null ? 'SessionsModule' : `SessionsModule with the name ${JSON.stringify(name)}`;
    throw new Error(`This application has no ${module}: is it imported by the testing module?`, { cause: error });
  }
}
