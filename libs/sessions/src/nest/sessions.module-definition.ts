import { ConfigurableModuleBuilder, type ModuleMetadata } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { getSessionsToken } from './inject-sessions.js';
import { SessionInterceptor } from './session.interceptor.js';
import { SESSIONS_NAME, SESSIONS_SERVICE } from './sessions.constants.js';
import type { SessionsOptions } from './sessions.options.js';
import { SessionsService } from './sessions.service.js';

/** What shapes the module itself, given beside the options, or beside `useFactory`. */
export interface SessionsModuleExtras {
  /**
   * For a further kind of session beside the application's own: `@Session({ name })` and
   * `@InjectSessions(name)` find it. It wants a `cookieName` of its own, and what it stores is nobody
   * else's, even in the same store under the same secret. Default: none.
   */
  name?: string | undefined;
  /** Whether other modules may inject `SessionsService` without importing this one. Default true. */
  isGlobal?: boolean;
  /**
   * Whether `SessionInterceptor` is around every handler. Default false: only where `@Session()` needs it, as it
   * costs others time for nothing; what they change all the same is saved when the answer leaves.
   */
  interceptor?: boolean;
  /** Modules whose providers an engine class of yours injects. */
  imports?: ModuleMetadata['imports'];
}

/** All of them, as Nest takes those it sees here for no options. */
const extras: SessionsModuleExtras = { name: undefined, isGlobal: true, interceptor: false, imports: [] };

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SessionsOptions>({ moduleName: 'Sessions' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createSessionsOptions')
    .setExtras(extras, (definition, { name, isGlobal, interceptor, imports }) => ({
      ...definition,
      global: isGlobal ?? true,
      imports: [...(definition.imports ?? []), ...(imports ?? [])],
      providers: [
        ...(definition.providers ?? []),
        { provide: SESSIONS_NAME, useValue: name ?? null },
        // Under its own token: whoever asks for the class means the sessions without a name.
        { provide: getSessionsToken(name), useClass: SessionsService },
        { provide: SESSIONS_SERVICE, useExisting: getSessionsToken(name) },
        ...(interceptor ? [{ provide: APP_INTERCEPTOR, useClass: SessionInterceptor }] : []),
      ],
      exports: [...(definition.exports ?? []), getSessionsToken(name)],
    }))
    .build();
